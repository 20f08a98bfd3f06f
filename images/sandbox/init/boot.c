/*
 * From the engine's container to the learner's PID 1, in three processes:
 *   PID 1 (real root)  prepares what only real root can, maps ids, moves eth0, then gives up its powers
 *   stage 1            becomes the learner's host id and makes the user namespace
 *   stage 2            makes the other namespaces in it, builds the root file system and becomes `supervise`
 */
#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define INIT_IN_LOWER MAPPED_LOWER "/usr/lib/drydock/init"
#define START "/usr/lib/drydock/start-docker"

/* One side of a conversation in single bytes. The other's death ends this one: no half-built instance goes on. */
static void say(int channel, char word)
{
	if (write(channel, &word, 1) != 1)
		_exit(EXIT_SETUP);
}

static void await(int channel, char expected)
{
	char word = 0;

	if (read(channel, &word, 1) != 1 || word != expected)
		_exit(EXIT_SETUP);
}

/* Not dumpable: whoever is in the namespace already must not trace what has not executed its program yet. */
static void become_root_of_namespace(void)
{
	if (setgroups(0, NULL) < 0 || setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0)
		die("root of the user namespace cannot be taken");
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		die("tracing cannot be refused");
}

/*
 * The log of the outer container lies on the host's disk without a quota of the learner's: no
 * descriptor of it may reach a process that the learner can make write.
 */
static void leave_standard_streams(void)
{
	int input = open("/dev/null", O_RDWR | O_CLOEXEC);
	int output = open("/var/log/start.log", O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0644);

	if (input < 0)
		die("/dev/null cannot be opened");
	if (output < 0)
		output = input;
	if (dup2(input, 0) < 0 || dup2(output, 1) < 0 || dup2(output, 2) < 0)
		die("standard streams cannot be replaced");
}

static void stage_two(const struct settings *settings, int channel) __attribute__((noreturn));
static void stage_two(const struct settings *settings, int channel)
{
	static char *const command[] = {"init", "supervise", START, NULL};
	static char *const environment[] = {"PATH=" LEARNER_PATH, "HOME=/root", "LANG=C.UTF-8", "container=docker", NULL};
	int program = -1;
	sigset_t none;

	await(channel, 'n'); /* eth0 is here */
	become_root_of_namespace();
	/*
	 * The copy in the shared read-only layer: the learner can neither change it nor reach the outer
	 * file system through /proc/1/exe.
	 */
	if (!settings->probe && (program = open(INIT_IN_LOWER, O_PATH | O_CLOEXEC)) < 0)
		die("%s is missing: the root file system volume is empty or broken", INIT_IN_LOWER);
	network_configure(&settings->network);
	root_build();
	root_furnish(settings);
	if (settings->probe) {
		say(channel, 'r');
		_exit(0);
	}
	setsid();
	say(channel, 'r');
	leave_standard_streams();
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execveat(program, "", command, environment, AT_EMPTY_PATH);
	die("the instance's init cannot be started");
}

/*
 * The namespace is made by the learner's own host id and not by root: the kernel counts inotify
 * watches, keys and nested namespaces against the maker, and a learner must not use up host root's.
 */
static void stage_one(const struct settings *settings, int channel) __attribute__((noreturn));
static void stage_one(const struct settings *settings, int channel)
{
	struct clone_args arguments = {
		.flags = CLONE_PARENT | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP,
	};
	uid_t base = settings->base;
	long child;
	pid_t pid;

	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0)
		die("capabilities cannot be kept");
	if (setgroups(0, NULL) < 0 || setresgid(base, base, base) < 0 || setresuid(base, base, base) < 0)
		die("host id %u cannot be taken", base);
	raise_permitted();
	if (unshare(CLONE_NEWUSER) < 0)
		die("this kernel refuses user namespaces");
	say(channel, 'u');
	await(channel, 'm'); /* ids are mapped, the lower layer is mounted */
	become_root_of_namespace();
	child = syscall(SYS_clone3, &arguments, sizeof arguments);
	if (child < 0)
		die("this kernel refuses namespaces inside a user namespace");
	if (child == 0)
		stage_two(settings, channel);
	pid = (pid_t)child;
	if (write(channel, &pid, sizeof pid) != sizeof pid)
		_exit(EXIT_SETUP);
	_exit(0);
}

static void prepare_mounts(const struct settings *settings)
{
	static const char *const own[] = {DATA "/upper", DATA "/work", DATA "/docker"};

	make_directory(STATE, 0755);
	make_directory(NEW_ROOT, 0755);
	make_directory(CLEAN_PROC, 0755);
	make_directory(CLEAN_SYS, 0755);
	if (unlink(PID_FILE) < 0 && errno != ENOENT)
		die(PID_FILE " cannot be removed");
	/* A read-only or partly masked proc or sysfs may not be mounted anew in a user namespace. */
	if (mount(NULL, "/sys", NULL, MS_REMOUNT | MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
		die("sysfs cannot be made writable (the container lacks CAP_SYS_ADMIN)");
	if (mount("proc", CLEAN_PROC, "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0 ||
	    mount("sysfs", CLEAN_SYS, "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
		die("proc and sysfs cannot be mounted");
	/* Other users of the host may pass through to nothing but what is theirs. */
	if (chmod(DATA, 0711) < 0)
		die(DATA " is not a volume of this container");
	for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
		make_directory(own[i], 0755);
		if (lchown(own[i], settings->base, settings->base) < 0)
			die("%s cannot be handed over", own[i]);
	}
	if (settings->probe)
		make_directory(settings->lower, 0755);
}

/* ids 0 .. ID_COUNT - 1 inside are base .. outside; every other id of the host has no name in there. */
static void map_ids(const struct settings *settings, pid_t pid)
{
	static const char *const maps[] = {"uid_map", "gid_map"};
	char path[64], text[64];
	int userns;

	snprintf(text, sizeof text, "0 %u %u", settings->base, ID_COUNT);
	for (size_t i = 0; i < 2; i++) {
		snprintf(path, sizeof path, "/proc/%d/%s", pid, maps[i]);
		if (write_file(path, text) < 0)
			die("host ids from %u cannot be mapped", settings->base);
	}
	snprintf(path, sizeof path, "/proc/%d/ns/user", pid);
	userns = open(path, O_RDONLY | O_CLOEXEC);
	if (userns < 0)
		die("the user namespace cannot be opened");
	mount_idmapped(settings->lower, MAPPED_LOWER, userns);
	close(userns);
}

static pid_t launch(struct settings *settings, int *conversation)
{
	int channel[2];
	pid_t first, second = 0;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, channel) < 0)
		die("no socket pair");
	first = fork();
	if (first < 0)
		die("no process");
	if (first == 0) {
		close(channel[0]);
		stage_one(settings, channel[1]);
	}
	close(channel[1]);
	await(channel[0], 'u');
	map_ids(settings, first);
	cgroup_confine(first);
	say(channel[0], 'm');
	if (read(channel[0], &second, sizeof second) != sizeof second || second <= 0)
		_exit(EXIT_SETUP);
	if (waitpid(first, NULL, 0) < 0)
		die("stage 1 is lost");
	cgroup_settle(second);
	if (settings->network.present)
		network_hand_over(second);
	say(channel[0], 'n');
	await(channel[0], 'r');
	*conversation = channel[0];
	return second;
}

static void publish(pid_t pid)
{
	char text[16];
	int file = open(PID_FILE ".new", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	int length = snprintf(text, sizeof text, "%d\n", pid);

	if (file < 0 || write(file, text, (size_t)length) != length || close(file) < 0 ||
	    rename(PID_FILE ".new", PID_FILE) < 0)
		die(PID_FILE " cannot be written");
}

/* Reap, pass on the request to stop, and end with the learner's PID 1. */
static int watch(pid_t instance, const sigset_t *signals)
{
	for (;;) {
		int status, signal_number = sigwaitinfo(signals, NULL);
		pid_t pid;

		if (signal_number < 0 && errno != EINTR)
			die("signals cannot be awaited");
		if (signal_number > 0 && signal_number != SIGCHLD)
			kill(instance, SIGTERM);
		while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
			if (pid == instance)
				return exit_status(status);
	}
}

int boot(struct settings *settings)
{
	sigset_t signals;
	int conversation, status;
	pid_t instance;
	char rest;

	/* Before there is a child: none of its signals, and no request to stop, is lost while it is built. */
	sigemptyset(&signals);
	sigaddset(&signals, SIGCHLD);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGQUIT);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	if (gethostname(settings->hostname, sizeof settings->hostname - 1) < 0)
		die("the host name cannot be read");
	network_inspect(&settings->network);
	prepare_mounts(settings);
	cgroup_delegate(settings->base);
	instance = launch(settings, &conversation);
	if (settings->probe) {
		if (waitpid(instance, &status, 0) < 0)
			die("the probe is lost");
		return exit_status(status);
	}
	/* End of file: the exec closed the other side. Until then stage 2 is still our own memory image. */
	while (read(conversation, &rest, 1) > 0 || errno == EINTR)
		errno = 0;
	close(conversation);
	publish(instance);
	keep_only_kill();
	return watch(instance, &signals);
}
