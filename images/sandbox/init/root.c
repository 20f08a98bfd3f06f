/* The learner's root file system, put together by the learner's own (fake) root before anything of the learner runs. */
#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define KERNEL_MOUNT (MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC)

/* Devices that carry nothing of the host: no disk, no kernel log, no memory. */
static const char *const devices[] = {"null", "zero", "full", "random", "urandom", "tty"};

#define DEVICE_COUNT (sizeof devices / sizeof devices[0])

struct parts {
	int device[DEVICE_COUNT];
	int proc, sys, cgroup, dev, pts, shm, queue, run, docker;
};

/*
 * The kernel lets a user namespace mount proc and sysfs only while it sees clean ones: boot() left
 * those, and they are still there at this point.
 */
static void collect(struct parts *parts)
{
	static const char *const dev_options[] = {"mode", "755", "size", "64m", NULL};
	static const char *const pts_options[] = {"ptmxmode", "0666", "mode", "0620", "gid", "5", NULL};
	static const char *const shm_options[] = {"mode", "1777", "size", "64m", NULL};
	static const char *const run_options[] = {"mode", "755", "size", "20%", NULL};
	char path[64];

	for (size_t i = 0; i < DEVICE_COUNT; i++) {
		snprintf(path, sizeof path, "/dev/%s", devices[i]);
		parts->device[i] = mount_clone(path, false);
	}
	parts->proc = filesystem_new("proc", KERNEL_MOUNT, NULL);
	parts->sys = filesystem_new("sysfs", KERNEL_MOUNT, NULL);
	/* v2: a mount made in the new cgroup namespace begins at the delegated cgroup, not above it */
	parts->cgroup = cgroup_is_v2() ? filesystem_new("cgroup2", KERNEL_MOUNT, NULL)
				       : mount_clone("/sys/fs/cgroup", true);
	parts->dev = filesystem_new("tmpfs", MOUNT_ATTR_NOSUID, dev_options);
	parts->pts = filesystem_new("devpts", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, pts_options);
	parts->shm = filesystem_new("tmpfs", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, shm_options);
	parts->queue = filesystem_new("mqueue", KERNEL_MOUNT, NULL);
	parts->run = filesystem_new("tmpfs", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, run_options);
	parts->docker = mount_clone(DATA "/docker", false);
}

static void attach_devices(const struct parts *parts)
{
	static const char *const links[][2] = {
		{"pts/ptmx", "/dev/ptmx"},
		{"/proc/self/fd", "/dev/fd"},
		{"/proc/self/fd/0", "/dev/stdin"},
		{"/proc/self/fd/1", "/dev/stdout"},
		{"/proc/self/fd/2", "/dev/stderr"},
	};
	char path[64];

	mount_attach(parts->dev, "/dev", true);
	for (size_t i = 0; i < DEVICE_COUNT; i++) {
		snprintf(path, sizeof path, "/dev/%s", devices[i]);
		mount_attach(parts->device[i], path, false);
	}
	mount_attach(parts->pts, "/dev/pts", true);
	mount_attach(parts->shm, "/dev/shm", true);
	mount_attach(parts->queue, "/dev/mqueue", true);
	for (size_t i = 0; i < sizeof links / sizeof links[0]; i++)
		if (symlink(links[i][0], links[i][1]) < 0)
			die("%s cannot be made", links[i][1]);
}

static void mount_root(void)
{
	static const char options[] =
		"lowerdir=" MAPPED_LOWER ",upperdir=" DATA "/upper,workdir=" DATA "/work,userxattr";

	if (mount("overlay", NEW_ROOT, "overlay", 0, options) < 0)
		die("overlayfs cannot be mounted on an idmapped layer in a user namespace (needs Linux 5.19 or newer)");
}

/*
 * What is not cloned into the new root by now is gone for good: after the detach there is no path, no
 * descriptor and no working directory left that leads to the outer container.
 */
static void change_root(void)
{
	if (chdir(NEW_ROOT) < 0 || syscall(SYS_pivot_root, ".", ".") < 0)
		die("the root file system cannot be changed");
	if (umount2(".", MNT_DETACH) < 0)
		die("the outer root file system cannot be detached");
	if (chdir("/") < 0)
		die("the new root file system cannot be entered");
}

void root_build(void)
{
	struct parts parts;

	/* Nothing mounted from here on shows up in the outer container. */
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		die("mounts cannot be made private");
	collect(&parts);
	mount_root();
	change_root();
	mount_attach(parts.proc, "/proc", true);
	mount_attach(parts.sys, "/sys", true);
	mount_attach(parts.cgroup, "/sys/fs/cgroup", true);
	attach_devices(&parts);
	mount_attach(parts.run, "/run", true);
	make_directory("/var", 0755);
	make_directory("/var/lib", 0755);
	mount_attach(parts.docker, "/var/lib/docker", true);
}

/* A file of the learner's root that is ours to say. Should it be in the way, e.g. as a link, it is replaced. */
static void put_file(const char *path, const char *text)
{
	int flags = O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK;
	int file = open(path, flags, 0644);

	if (file < 0 && unlink(path) == 0)
		file = open(path, flags, 0644);
	if (file < 0 || write(file, text, strlen(text)) != (ssize_t)strlen(text))
		warn("%s cannot be written", path);
	if (file >= 0)
		close(file);
}

static void put_resolver(const char *dns)
{
	char list[256], text[1024] = "";
	size_t used = 0;

	snprintf(list, sizeof list, "%s", dns);
	for (char *rest = list, *server; (server = strsep(&rest, " "));)
		if (*server && used < sizeof text - 80)
			used += (size_t)snprintf(text + used, sizeof text - used, "nameserver %s\n", server);
	put_file("/etc/resolv.conf", text);
}

/* Names, resolver, deadline and the mirror's address, as the engine writes them into a container of its own. */
void root_furnish(const struct settings *settings)
{
	const unsigned char *byte = (const unsigned char *)&settings->network.address.s_addr;
	char text[512];

	if (sethostname(settings->hostname, strlen(settings->hostname)) < 0)
		die("the host name cannot be set");
	make_directory("/etc", 0755);
	snprintf(text, sizeof text, "%s\n", settings->hostname);
	put_file("/etc/hostname", text);
	snprintf(text, sizeof text,
		 "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n%u.%u.%u.%u\t%s\n%s%s",
		 settings->network.present ? byte[0] : 127u, settings->network.present ? byte[1] : 0u,
		 settings->network.present ? byte[2] : 1u, settings->network.present ? byte[3] : 1u,
		 settings->hostname, settings->mirror, *settings->mirror ? "\tmirror.drydock git.drydock\n" : "");
	put_file("/etc/hosts", text);
	put_resolver(settings->dns);
	make_directory("/run/drydock", 0755);
	snprintf(text, sizeof text, "%s\n", settings->deadline);
	put_file("/run/drydock/deadline", text);
	snprintf(text, sizeof text, "%s\n", settings->mirror);
	put_file("/run/drydock/mirror", text);
}
