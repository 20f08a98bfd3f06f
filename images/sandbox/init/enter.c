/*
 * `init enter [command …]`, started by the engine in the outer container: joins the learner's
 * namespaces as the learner's root and runs the command there.
 */
#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define PATIENCE_MS 5000
#define ALL_NAMESPACES \
	(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP)

/* The file lies in the outer /run, which no learner can write. It appears when the instance is built. */
static pid_t instance_pid(void)
{
	char text[32];

	for (int waited = 0; waited < PATIENCE_MS; waited += 10) {
		if (read_file(PID_FILE, text, sizeof text) > 0)
			return (pid_t)strtol(text, NULL, 10);
		usleep(10000);
	}
	fail("this instance is not up");
}

static void join(void)
{
	int instance = pidfd_open(instance_pid(), 0);

	if (instance < 0)
		die("this instance is not up");
	cgroup_enter();
	if (setns(instance, ALL_NAMESPACES) < 0)
		die("the instance cannot be entered");
	if (setgroups(0, NULL) < 0 || setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0)
		die("root of the instance cannot be taken");
	/* The child is seen in the instance before it has executed the command: nobody may trace it there. */
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		die("tracing cannot be refused");
	/* A descriptor of the outer container would be a way out of the fence. */
	closefrom(3);
}

/* Nothing of the outer environment is passed on but the terminal's type. */
static void set_environment(void)
{
	const char *term = getenv("TERM");
	char kept[64] = "";

	if (term && strlen(term) < sizeof kept &&
	    strspn(term, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-+._") == strlen(term))
		snprintf(kept, sizeof kept, "%s", term);
	clearenv();
	if (setenv("PATH", LEARNER_PATH, 1) || setenv("HOME", "/root", 1) || setenv("USER", "root", 1) ||
	    setenv("LOGNAME", "root", 1) || setenv("SHELL", "/bin/bash", 1) || setenv("LANG", "C.UTF-8", 1) ||
	    (kept[0] && setenv("TERM", kept, 1)))
		die("no memory");
}

static void run(char *const command[], const sigset_t *mask) __attribute__((noreturn));
static void run(char *const command[], const sigset_t *mask)
{
	sigprocmask(SIG_SETMASK, mask, NULL);
	if (chdir("/root") < 0 && chdir("/") < 0)
		die("no directory to start in");
	execvp(command[0], command);
	dprintf(STDERR_FILENO, "drydock: %s: %s\n", command[0], strerror(errno));
	_exit(errno == ENOENT ? 127 : 126);
}

/* Without a terminal the command gets the engine's streams themselves. */
static int run_plain(char *const command[])
{
	sigset_t mask;
	pid_t child;
	int status;

	sigemptyset(&mask);
	child = fork();
	if (child < 0)
		die("no process");
	if (child == 0)
		run(command, &mask);
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			die("the command is lost");
	return exit_status(status);
}

/*
 * The learner gets a terminal of the instance's own /dev/pts. The outer terminal stays here: whoever
 * holds it could read and fake what the engine's side sees.
 */
static int open_terminal(int *slave)
{
	int unlock = 0;
	struct winsize size;
	int master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);

	if (master < 0 || ioctl(master, TIOCSPTLCK, &unlock) < 0)
		die("the instance has no terminals");
	/* by the master and not by name: the learner can change what a name in /dev means */
	*slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (*slave < 0)
		die("the instance has no terminals");
	if (ioctl(STDIN_FILENO, TIOCGWINSZ, &size) == 0)
		ioctl(master, TIOCSWINSZ, &size);
	return master;
}

static void set_utf8(int terminal)
{
	struct termios settings;

	if (tcgetattr(terminal, &settings) == 0) {
		settings.c_iflag |= IUTF8;
		tcsetattr(terminal, TCSANOW, &settings);
	}
}

static int run_in_terminal(char *const command[])
{
	struct termios outer, raw;
	sigset_t signals, before;
	int master, slave, status;
	pid_t child;

	/* First of all, so that nothing typed early is echoed or cooked twice. */
	if (tcgetattr(STDIN_FILENO, &outer) < 0)
		die("no terminal");
	raw = outer;
	cfmakeraw(&raw);
	tcsetattr(STDIN_FILENO, TCSANOW, &raw);
	master = open_terminal(&slave);
	set_utf8(slave);
	sigemptyset(&signals);
	sigaddset(&signals, SIGCHLD);
	sigaddset(&signals, SIGWINCH);
	sigaddset(&signals, SIGHUP);
	sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &signals, &before);
	child = fork();
	if (child < 0)
		die("no process");
	if (child == 0) {
		setsid();
		if (ioctl(slave, TIOCSCTTY, 0) < 0 || dup2(slave, 0) < 0 || dup2(slave, 1) < 0 || dup2(slave, 2) < 0)
			die("the terminal cannot be taken");
		run(command, &before);
	}
	close(slave);
	status = relay(master, child, signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
	tcsetattr(STDIN_FILENO, TCSANOW, &outer);
	return status;
}

int enter(char *const command[])
{
	static char *const shell[] = {"bash", "-l", NULL};
	char *const *chosen = command[0] ? command : shell;

	join();
	set_environment();
	return isatty(STDIN_FILENO) ? run_in_terminal(chosen) : run_plain(chosen);
}
