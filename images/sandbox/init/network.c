/*
 * The engine's eth0 moves into the learner's network namespace as it is: no second NAT, no user-space
 * copy of each packet. IPv4 only; the engine's bridges for instances carry no IPv6.
 */
#include "init.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <net/route.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define DEVICE "eth0"

static int ipv4_socket(void)
{
	int result = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (result < 0)
		die("no IPv4 socket");
	return result;
}

static struct ifreq request_for(const char *device)
{
	struct ifreq request;

	memset(&request, 0, sizeof request);
	snprintf(request.ifr_name, sizeof request.ifr_name, "%s", device);
	return request;
}

static struct sockaddr ipv4(struct in_addr address)
{
	struct sockaddr_in internet = {.sin_family = AF_INET, .sin_addr = address};
	struct sockaddr result;

	memcpy(&result, &internet, sizeof result);
	return result;
}

static struct in_addr address_of(const struct sockaddr *address)
{
	struct sockaddr_in internet;

	memcpy(&internet, address, sizeof internet);
	return internet.sin_addr;
}

static struct in_addr default_gateway(void)
{
	struct in_addr none = {0};
	char line[512], device[32];
	unsigned int destination, gateway;
	FILE *routes = fopen("/proc/net/route", "re");

	if (!routes)
		die("/proc/net/route cannot be read");
	while (fgets(line, sizeof line, routes))
		if (sscanf(line, "%31s %x %x", device, &destination, &gateway) == 3 && destination == 0 &&
		    strcmp(device, DEVICE) == 0) {
			none.s_addr = gateway;
			break;
		}
	fclose(routes);
	return none;
}

/* In the outer network namespace, before eth0 leaves it: moving takes its address and routes away. */
void network_inspect(struct network *network)
{
	int handle = ipv4_socket();
	struct ifreq request = request_for(DEVICE);

	memset(network, 0, sizeof *network);
	if (ioctl(handle, SIOCGIFADDR, &request) == 0) {
		network->present = true;
		network->address = address_of(&request.ifr_addr);
		if (ioctl(handle, SIOCGIFNETMASK, &request) < 0)
			die("the netmask of " DEVICE " cannot be read");
		network->netmask = address_of(&request.ifr_netmask);
		network->gateway = default_gateway();
	}
	close(handle);
}

void network_hand_over(pid_t pid)
{
	struct {
		struct nlmsghdr header;
		struct ifinfomsg link;
		struct rtattr attribute;
		__u32 pid;
	} message = {
		.header = {.nlmsg_len = sizeof message, .nlmsg_type = RTM_NEWLINK, .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK},
		.link = {.ifi_family = AF_UNSPEC, .ifi_index = (int)if_nametoindex(DEVICE)},
		.attribute = {.rta_len = RTA_LENGTH(sizeof(__u32)), .rta_type = IFLA_NET_NS_PID},
		.pid = (__u32)pid,
	};
	struct {
		struct nlmsghdr header;
		struct nlmsgerr error;
		char rest[512];
	} answer;
	int handle = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	if (handle < 0 || send(handle, &message, sizeof message, 0) < 0 ||
	    recv(handle, &answer, sizeof answer, 0) < (ssize_t)sizeof answer.header)
		die(DEVICE " cannot be moved into the instance");
	close(handle);
	if (answer.header.nlmsg_type != NLMSG_ERROR || answer.error.error != 0) {
		errno = -answer.error.error;
		die(DEVICE " cannot be moved into the instance");
	}
}

static void bring_up(int handle, const char *device)
{
	struct ifreq request = request_for(device);

	if (ioctl(handle, SIOCGIFFLAGS, &request) < 0)
		die("interface %s is missing", device);
	request.ifr_flags |= IFF_UP;
	if (ioctl(handle, SIOCSIFFLAGS, &request) < 0)
		die("interface %s cannot be brought up", device);
}

/* In the learner's network namespace. */
void network_configure(const struct network *network)
{
	int handle = ipv4_socket();
	struct ifreq request = request_for(DEVICE);
	struct rtentry route = {.rt_flags = RTF_UP | RTF_GATEWAY};
	struct in_addr any = {0};

	bring_up(handle, "lo");
	if (network->present) {
		request.ifr_addr = ipv4(network->address);
		if (ioctl(handle, SIOCSIFADDR, &request) < 0)
			die("the address of " DEVICE " cannot be set");
		request.ifr_netmask = ipv4(network->netmask);
		if (ioctl(handle, SIOCSIFNETMASK, &request) < 0)
			die("the netmask of " DEVICE " cannot be set");
		bring_up(handle, DEVICE);
		route.rt_dst = ipv4(any);
		route.rt_genmask = ipv4(any);
		route.rt_gateway = ipv4(network->gateway);
		if (network->gateway.s_addr && ioctl(handle, SIOCADDRT, &route) < 0)
			die("the default route cannot be set");
	}
	close(handle);
}
