/*
 * Mounts as file descriptors. Everything for the learner's root is made or cloned first and attached
 * after the learner's root has become "/": no path that the learner may have changed (a symbolic link
 * at /proc, say) is ever resolved where the outer file system could be reached.
 */
#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

/* options: pairs of key and value, ended by NULL. Returns a detached mount. */
int filesystem_new(const char *type, unsigned int attributes, const char *const options[])
{
	int context = fsopen(type, FSOPEN_CLOEXEC);
	int result;

	if (context < 0)
		die("file system %s is not available", type);
	for (size_t i = 0; options && options[i]; i += 2)
		if (fsconfig(context, FSCONFIG_SET_STRING, options[i], options[i + 1], 0) < 0)
			die("file system %s refuses %s=%s", type, options[i], options[i + 1]);
	if (fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		die("file system %s cannot be made in a user namespace", type);
	result = fsmount(context, FSMOUNT_CLOEXEC, attributes);
	if (result < 0)
		die("file system %s cannot be mounted in a user namespace", type);
	close(context);
	return result;
}

int mount_clone(const char *source, bool recursive)
{
	unsigned int flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | (recursive ? AT_RECURSIVE : 0);
	int result = open_tree(AT_FDCWD, source, flags);

	if (result < 0)
		die("%s cannot be shared with the instance", source);
	return result;
}

void mount_attach(int mount, const char *target, bool directory)
{
	if (directory) {
		make_directory(target, 0755);
	} else {
		int file = open(target, O_CREAT | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, 0644);

		if (file < 0)
			die("%s cannot be made", target);
		close(file);
	}
	if (move_mount(mount, "", AT_FDCWD, target, MOVE_MOUNT_F_EMPTY_PATH) < 0)
		die("%s cannot be mounted", target);
	close(mount);
}

/*
 * Files of the shared volume belong to ids 0, 1, …; through this mount they belong to base, base + 1,
 * …, the ids of one instance. Read-only here, and locked so in every namespace made later: a learner
 * cannot change what the others read.
 */
void mount_idmapped(const char *source, const char *target, int userns)
{
	struct mount_attr attributes = {
		.attr_set = MOUNT_ATTR_IDMAP | MOUNT_ATTR_RDONLY | MOUNT_ATTR_NODEV,
		.userns_fd = (__u64)userns,
	};
	int tree = open_tree(AT_FDCWD, source, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);

	if (tree < 0)
		die("%s cannot be opened as a mount", source);
	if (mount_setattr(tree, "", AT_EMPTY_PATH, &attributes, sizeof attributes) < 0)
		die("the file system of the engine's volumes has no idmapped mounts (needs Linux 5.19 or newer, "
		    "and ext4, xfs or btrfs)");
	make_directory(target, 0755);
	if (move_mount(tree, "", AT_FDCWD, target, MOVE_MOUNT_F_EMPTY_PATH) < 0)
		die("%s cannot be mounted", target);
	close(tree);
}
