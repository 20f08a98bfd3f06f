#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void complain(const char *format, va_list arguments, int error)
{
	char text[512];

	vsnprintf(text, sizeof text, format, arguments);
	if (error)
		dprintf(STDERR_FILENO, "drydock: %s: %s\n", text, strerror(error));
	else
		dprintf(STDERR_FILENO, "drydock: %s\n", text);
}

void die(const char *format, ...)
{
	int error = errno;
	va_list arguments;

	va_start(arguments, format);
	complain(format, arguments, error);
	va_end(arguments);
	_exit(EXIT_SETUP);
}

void fail(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	complain(format, arguments, 0);
	va_end(arguments);
	_exit(EXIT_SETUP);
}

void warn(const char *format, ...)
{
	int error = errno;
	va_list arguments;

	va_start(arguments, format);
	complain(format, arguments, error);
	va_end(arguments);
}

int write_file(const char *path, const char *text)
{
	int file = open(path, O_WRONLY | O_CLOEXEC);
	size_t length = strlen(text);
	ssize_t written;
	int error;

	if (file < 0)
		return -1;
	written = write(file, text, length);
	error = written < 0 ? errno : EIO;
	close(file);
	if (written == (ssize_t)length)
		return 0;
	errno = error;
	return -1;
}

ssize_t read_file(const char *path, char *buffer, size_t size)
{
	int file = open(path, O_RDONLY | O_CLOEXEC);
	size_t length = 0;
	ssize_t got = 0;

	if (file < 0)
		return -1;
	while (length < size - 1 && (got = read(file, buffer + length, size - 1 - length)) > 0)
		length += (size_t)got;
	buffer[length] = '\0';
	close(file);
	return got < 0 ? -1 : (ssize_t)length;
}

void make_directory(const char *path, mode_t mode)
{
	if (mkdir(path, mode) < 0 && errno != EEXIST)
		die("directory %s cannot be made", path);
}

int exit_status(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
