/*
 * init: PID 1 of a learner's instance under profile `confined`, and the way into it.
 *
 * The container that the engine made is called the outer one. PID 1 in it is real root with a few
 * capabilities; it builds a user namespace with an id range of its own and gives the learner root in
 * that. The outer root file system is read-only and never visible to the learner.
 */
#ifndef DRYDOCK_INIT_H
#define DRYDOCK_INIT_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Mount points that profiles.py gives the outer container. */
#define DATA "/data"   /* the instance's own volume, writable */
#define LOWER "/lower" /* the shared root file system volume, read-only */
#define STATE "/run/drydock"

#define PID_FILE STATE "/pid"       /* outer pid of the learner's PID 1, once it runs */
#define NEW_ROOT STATE "/root"      /* where the learner's root is put together */
#define MAPPED_LOWER STATE "/lower" /* LOWER/rootfs, seen through the learner's ids */
#define CLEAN_PROC STATE "/proc"
#define CLEAN_SYS STATE "/sys"

#define ID_COUNT 65536u
#define LEARNER_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
#define EXIT_SETUP 125 /* as docker uses it: the container failed, not the command in it */

struct network {
	bool present;
	struct in_addr address, netmask, gateway; /* gateway 0: none */
};

struct settings {
	uid_t base;           /* first host id of the range; ids are base .. base + ID_COUNT - 1 */
	const char *dns;      /* addresses separated by spaces; may be empty */
	const char *deadline; /* epoch seconds; may be empty */
	const char *mirror;   /* an IPv4 address; may be empty */
	const char *lower;    /* directory that becomes the read-only lower layer */
	bool probe;           /* only find out whether this host can do it */
	char hostname[65];
	struct network network;
};

/* util.c */
void die(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn)); /* adds errno's text */
void fail(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn)); /* the sentence alone */
void warn(const char *format, ...) __attribute__((format(printf, 1, 2)));           /* adds errno's text */
int write_file(const char *path, const char *text); /* existing file; 0, or -1 and errno */
ssize_t read_file(const char *path, char *buffer, size_t size); /* terminates it; length, or -1 and errno */
void make_directory(const char *path, mode_t mode);             /* an existing one is fine */
int exit_status(int status); /* of waitpid, as a shell says it */

/* boot.c */
int boot(struct settings *settings);

/* capability.c */
void keep_only_kill(void);
void raise_permitted(void);

/* cgroup.c */
void cgroup_delegate(uid_t base);
void cgroup_confine(pid_t pid);
void cgroup_settle(pid_t pid);
void cgroup_enter(void);
bool cgroup_is_v2(void);

/* enter.c */
int enter(char *const command[]);
int judge(char *const command[]);

/* mounts.c */
int filesystem_new(const char *type, unsigned int attributes, const char *const options[]);
int mount_clone(const char *source, bool recursive);
void mount_attach(int mount, const char *target, bool directory);
void mount_idmapped(const char *source, const char *target, int userns);

/* network.c */
void network_inspect(struct network *network);
void network_hand_over(pid_t pid);
void network_configure(const struct network *network);

/* relay.c */
int relay(int master, pid_t child, int signals);

/* root.c */
void root_build(void);
void root_furnish(const struct settings *settings);

/* supervise.c */
int supervise(char *const command[]);

#endif
