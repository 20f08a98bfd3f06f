/*
 *   init boot               build the instance; PID 1 of the outer container
 *   init enter [command …]  run a command (a login shell) in it as the learner's root
 *   init judge command      the same with the image's own programs, whatever the learner did to theirs
 *   init check              find out whether this host can have instances: exit 0, or a sentence on stderr
 *   init supervise command  PID 1 of the instance itself
 */
#include "init.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Ids below this belong to the host's own accounts and system users. */
#define LOWEST_BASE 65536ul
#define HIGHEST_BASE (4294967295ul - ID_COUNT)

static const char *variable(const char *name)
{
	const char *value = getenv(name);

	return value ? value : "";
}

/* A typing error here would hand a learner somebody else's ids, so nothing is guessed. */
static uid_t id_base(void)
{
	const char *text = variable("DRYDOCK_ID_BASE");
	unsigned long value;
	char *end;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (errno || *text < '0' || *text > '9' || *end || value < LOWEST_BASE || value > HIGHEST_BASE)
		fail("DRYDOCK_ID_BASE is '%s', not a host id from %lu to %lu", text, LOWEST_BASE, HIGHEST_BASE);
	return (uid_t)value;
}

static const char *name_servers(void)
{
	const char *text = variable("DRYDOCK_DNS");
	char list[256];
	unsigned char address[sizeof(struct in6_addr)];

	if (strlen(text) >= sizeof list)
		fail("DRYDOCK_DNS is too long");
	snprintf(list, sizeof list, "%s", text);
	for (char *rest = list, *server; (server = strsep(&rest, " "));)
		if (*server && inet_pton(AF_INET, server, address) != 1 && inet_pton(AF_INET6, server, address) != 1)
			fail("DRYDOCK_DNS: '%s' is not an address", server);
	return text;
}

static const char *deadline(void)
{
	const char *text = variable("DRYDOCK_DEADLINE");

	if (strspn(text, "0123456789") != strlen(text) || strlen(text) > 20)
		fail("DRYDOCK_DEADLINE is '%s', not a number of seconds", text);
	return text;
}

static const char *mirror(void)
{
	const char *text = variable("DRYDOCK_MIRROR");
	struct in_addr address;

	if (*text && inet_pton(AF_INET, text, &address) != 1)
		fail("DRYDOCK_MIRROR: '%s' is not an address", text);
	return text;
}

int main(int count, char **arguments)
{
	const char *action = count > 1 ? arguments[1] : "";
	struct settings settings = {.lower = LOWER "/rootfs"};

	if (strcmp(action, "enter") == 0)
		return enter(arguments + 2);
	if (strcmp(action, "judge") == 0 && count > 2)
		return judge(arguments + 2);
	if (strcmp(action, "supervise") == 0 && count > 2)
		return supervise(arguments + 2);
	settings.probe = strcmp(action, "check") == 0;
	if (!settings.probe && strcmp(action, "boot") != 0)
		fail("usage: init boot | enter [command …] | judge command … | check | supervise command …");
	if (settings.probe)
		settings.lower = DATA "/lower";
	settings.base = id_base();
	settings.dns = name_servers();
	settings.deadline = deadline();
	settings.mirror = mirror();
	return boot(&settings);
}
