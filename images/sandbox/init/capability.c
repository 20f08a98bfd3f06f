#include "init.h"

#include <linux/capability.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static void set_capabilities(const struct __user_cap_data_struct data[2])
{
	struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};

	if (syscall(SYS_capset, &header, data) < 0)
		die("capabilities cannot be set");
}

/*
 * Stops an attacker who somehow takes over PID 1 after the set-up: what is left of root can neither
 * mount, nor trace, nor change ids, nor get any of it back by an exec. KILL stays, because PID 1
 * passes on signals to a process of another user id.
 */
void keep_only_kill(void)
{
	struct __user_cap_data_struct data[2];

	for (unsigned long capability = 0; prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; capability++)
		if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) < 0)
			die("capability %lu cannot be dropped", capability);
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0)
		die("ambient capabilities cannot be cleared");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		die("no_new_privs cannot be set");
	memset(data, 0, sizeof data);
	data[0].permitted = data[0].effective = 1u << CAP_KILL;
	set_capabilities(data);
}

/*
 * After PR_SET_KEEPCAPS and a change of user id the permitted set is still there, the effective one is
 * not. Hosts that restrict user namespaces of unprivileged processes look at the effective set.
 */
void raise_permitted(void)
{
	struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &header, data) < 0)
		die("capabilities cannot be read");
	data[0].effective = data[0].permitted;
	data[1].effective = data[1].permitted;
	set_capabilities(data);
}
