/*
 * Hands the learner the right to make cgroups below the container's own, and never the files that hold
 * the container's limits: those keep their owner, host root, whom the learner is not.
 */
#include "init.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROOT "/sys/fs/cgroup"
#define OUTER ROOT "/outer"     /* v2: PID 1 of the outer container and nobody else */
#define LEARNER ROOT "/learner" /* v2: root of the learner's cgroup namespace */
#define SHELLS LEARNER "/init"  /* v2: the learner's PID 1 and shells, a leaf */

#define KERNEL_FLAGS (MS_NOSUID | MS_NODEV | MS_NOEXEC)

bool cgroup_is_v2(void)
{
	return access(ROOT "/cgroup.controllers", F_OK) == 0;
}

static void make_writable(const char *path)
{
	if (mount(NULL, path, NULL, MS_REMOUNT | MS_BIND | KERNEL_FLAGS, NULL) < 0)
		die("%s cannot be made writable", path);
}

/*
 * Only these files, out of the many in a cgroup: they move processes and split the share. Owning
 * memory.max or pids.max would be owning the limit.
 */
static void give_directory(const char *path, uid_t base)
{
	static const char *const files[] = {"cgroup.procs", "tasks", "cgroup.threads", "cgroup.subtree_control"};
	char file[512];

	if (lchown(path, base, base) < 0)
		die("cgroup %s cannot be handed over", path);
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		snprintf(file, sizeof file, "%s/%s", path, files[i]);
		if (lchown(file, base, base) < 0 && errno != ENOENT)
			die("cgroup file %s cannot be handed over", file);
	}
}

static void delegate_v1(uid_t base)
{
	DIR *directory = opendir(ROOT);
	struct dirent *entry;
	struct stat status;
	char path[512];

	if (!directory)
		die("%s cannot be read", ROOT);
	while ((entry = readdir(directory))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof path, "%s/%s", ROOT, entry->d_name);
		/* cpu and cpuacct are links to one directory */
		if (lstat(path, &status) < 0 || !S_ISDIR(status.st_mode))
			continue;
		make_writable(path);
		give_directory(path, base);
	}
	closedir(directory);
}

static void move_process(const char *cgroup, pid_t pid)
{
	char path[512], text[16];

	snprintf(path, sizeof path, "%s/cgroup.procs", cgroup);
	snprintf(text, sizeof text, "%d", pid);
	if (write_file(path, text) < 0)
		die("process %d cannot be moved into cgroup %s", pid, cgroup);
}

/* A process that ended, or that a running `docker exec` is just adding, is why this is tried again. */
static void move_everybody(const char *from, const char *to)
{
	char path[512], target[512], list[4096];

	snprintf(path, sizeof path, "%s/cgroup.procs", from);
	snprintf(target, sizeof target, "%s/cgroup.procs", to);
	for (int tries = 0; tries < 20 && read_file(path, list, sizeof list) > 0; tries++)
		for (char *rest = list, *pid; (pid = strsep(&rest, "\n"));)
			if (*pid && write_file(target, pid) < 0 && errno != ESRCH)
				warn("process %s cannot be moved into cgroup %s", pid, to);
}

static void enable_controllers(const char *cgroup)
{
	char path[512], list[1024], text[64];

	snprintf(path, sizeof path, "%s/cgroup.controllers", cgroup);
	if (read_file(path, list, sizeof list) < 0)
		die("%s cannot be read", path);
	snprintf(path, sizeof path, "%s/cgroup.subtree_control", cgroup);
	for (char *rest = list, *name; (name = strsep(&rest, " \n"));) {
		if (!*name)
			continue;
		snprintf(text, sizeof text, "+%s", name);
		/* one that cannot be handed down is a limit less for the learner's containers, no more */
		if (write_file(path, text) < 0)
			warn("controller %s cannot be enabled in %s", name, cgroup);
	}
}

/*
 * v2 allows no process in a cgroup that hands controllers to its children, and the root of the
 * learner's namespace must not be the container's own cgroup: its limit files would be inside.
 */
static void delegate_v2(uid_t base)
{
	make_writable(ROOT);
	make_directory(OUTER, 0755);
	move_everybody(ROOT, OUTER);
	enable_controllers(ROOT);
	make_directory(LEARNER, 0755);
	make_directory(SHELLS, 0755);
	give_directory(LEARNER, base);
	give_directory(SHELLS, base);
}

void cgroup_delegate(uid_t base)
{
	if (cgroup_is_v2())
		delegate_v2(base);
	else
		delegate_v1(base);
}

/* Before the process makes its cgroup namespace: where it is then, is the namespace's root. */
void cgroup_confine(pid_t pid)
{
	if (cgroup_is_v2())
		move_process(LEARNER, pid);
}

/* After that: leave the root of the namespace empty, so that it can hand down its controllers. */
void cgroup_settle(pid_t pid)
{
	if (!cgroup_is_v2())
		return;
	move_process(SHELLS, pid);
	enable_controllers(LEARNER);
}

/*
 * A process that the engine starts in the running container begins outside of the learner's share (v1:
 * at its root, which is right). The learner may have removed the leaf; the root is next best.
 */
void cgroup_enter(void)
{
	char pid[16];

	if (!cgroup_is_v2())
		return;
	snprintf(pid, sizeof pid, "%d", getpid());
	if (write_file(SHELLS "/cgroup.procs", pid) < 0 && write_file(LEARNER "/cgroup.procs", pid) < 0)
		die("this instance's cgroup cannot be entered");
}
