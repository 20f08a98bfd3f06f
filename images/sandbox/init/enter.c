/*
 * `init enter [command …]`, started by the engine in the outer container: joins the learner's
 * namespaces as the learner's root and runs the command there. `init judge command` does the same
 * with the programs of the image in place of those that the learner may have changed.
 */
#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
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

/* What has to be kept over the change of namespaces. */
#define KEPT 2

/* Leaves the descriptors 3 … 3 + kept - 1, which are for this process alone, and no other. */
static void join(int kept)
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
	closefrom(3 + kept);
}

/*
 * Programs and libraries of the shared layer, whose mount is read-only and locked: what the learner
 * has written into the layer above it is not in them.
 */
static void keep_clean_files(void)
{
	static const char *const sources[KEPT] = {MAPPED_LOWER "/usr", MAPPED_LOWER "/etc/ld.so.cache"};

	for (int i = 0; i < KEPT; i++) {
		int tree = mount_clone(sources[i], false);

		/* to the numbers that join() leaves; a descriptor that is there already stays where it is */
		if (tree != 3 + i && (dup3(tree, 3 + i, O_CLOEXEC) < 0 || close(tree) < 0))
			die("%s cannot be kept", sources[i]);
	}
}

/* A link of the root directory that leads elsewhere would bring the learner's own loader back in. */
static bool leads_to_usr(const char *link)
{
	char target[16];
	ssize_t length = readlink(link, target, sizeof target - 1);

	if (length < 0)
		return false;
	target[length] = '\0';
	return strncmp(target, "usr/", 4) == 0 && strcmp(target + 4, link + 1) == 0;
}

/* In a mount namespace of this process alone, so that nothing changes for the learner. */
static void use_clean_files(void)
{
	static const char *const targets[KEPT] = {"/usr", "/etc/ld.so.cache"};
	static const char *const links[] = {"/bin", "/sbin", "/lib", "/lib64"};

	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		die("mounts cannot be kept apart");
	for (size_t i = 0; i < sizeof links / sizeof links[0]; i++)
		if (!leads_to_usr(links[i]))
			fail("%s does not lead to /usr any more", links[i]);
	if (access("/etc/ld.so.preload", F_OK) == 0)
		fail("/etc/ld.so.preload puts something into every program");
	for (int i = 0; i < KEPT; i++)
		if (move_mount(3 + i, "", AT_FDCWD, targets[i], MOVE_MOUNT_F_EMPTY_PATH) < 0)
			die("%s cannot be covered", targets[i]);
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

	join(0);
	set_environment();
	return isatty(STDIN_FILENO) ? run_in_terminal(chosen) : run_plain(chosen);
}

int judge(char *const command[])
{
	keep_clean_files();
	join(KEPT);
	use_clean_files();
	set_environment();
	return run_plain(command);
}
