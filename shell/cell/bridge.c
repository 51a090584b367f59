/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bridge.h"

static void name_it(struct ifreq *ifr, const char *name)
{
	(void)snprintf(ifr->ifr_name, sizeof(ifr->ifr_name), "%s", name); /* fits: net_check_interface() */
}

static bool is_bridge(int fd, const char *name)
{
	struct ethtool_drvinfo info = {.cmd = ETHTOOL_GDRVINFO};
	struct ifreq ifr = {.ifr_data = (char *)&info};

	name_it(&ifr, name);
	return ioctl(fd, SIOCETHTOOL, &ifr) == 0 && strcmp(info.driver, "bridge") == 0;
}

static unsigned prefix(const unsigned char *mask, size_t len)
{
	unsigned bits = 0;

	for (size_t i = 0; i < len; i++)
		bits += (unsigned)__builtin_popcount(mask[i]);
	return bits;
}

static bool copy_address(const struct ifaddrs *i, struct net_address *ret)
{
	const struct sockaddr_in *four = (const struct sockaddr_in *)(const void *)i->ifa_addr,
				 *mask4 = (const struct sockaddr_in *)(const void *)i->ifa_netmask;
	const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)(const void *)i->ifa_addr,
				  *mask6 = (const struct sockaddr_in6 *)(const void *)i->ifa_netmask;

	*ret = (struct net_address){0};
	if (!i->ifa_addr || !i->ifa_netmask)
		return false;
	if (i->ifa_addr->sa_family == AF_INET) {
		memcpy(ret->bytes, &four->sin_addr, 4);
		ret->bits = prefix((const unsigned char *)&mask4->sin_addr, 4);
		return true;
	}
	if (i->ifa_addr->sa_family != AF_INET6 || IN6_IS_ADDR_LINKLOCAL(&six->sin6_addr))
		return false;
	ret->six = true;
	memcpy(ret->bytes, &six->sin6_addr, 16);
	ret->bits = prefix((const unsigned char *)&mask6->sin6_addr, 16);
	return true;
}

static int addresses(struct bridge *b, struct im_err *err)
{
	struct ifaddrs *list;

	if (getifaddrs(&list) < 0)
		return im_fail(err, errno, "network: addresses of %s: %s", b->name, strerror(errno));
	for (const struct ifaddrs *i = list; i; i = i->ifa_next)
		if (b->len < BRIDGE_MAX_ADDRESSES && strcmp(i->ifa_name, b->name) == 0 && copy_address(i, &b->addresses[b->len]))
			b->len++;
	freeifaddrs(list);
	return 0;
}

bool bridge_exists(const char *name)
{
	return if_nametoindex(name) != 0;
}

int bridge_look(const char *name, struct origin from, struct bridge *ret, struct im_err *err)
{
	const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct bridge b = {0};
	struct ifreq ifr = {0};
	int r = 0;

	if (fd < 0)
		return im_fail(err, errno, "network: socket: %s", strerror(errno));
	(void)snprintf(b.name, sizeof(b.name), "%s", name); /* fits: net_check_interface() */
	name_it(&ifr, name);
	if (ioctl(fd, SIOCGIFFLAGS, &ifr) < 0)
		r = im_fail_at(err, errno, from, "Bridge: %s: %s", name, errno == ENODEV ? "there is no such bridge (immurectl network create, or "
			"ip link add NAME type bridge)" : strerror(errno));
	else if (!is_bridge(fd, name))
		r = im_fail_at(err, EINVAL, from, "Bridge: %s is an interface, but no bridge", name);
	else if (!(ifr.ifr_flags & IFF_UP))
		r = im_fail_at(err, ENETDOWN, from, "Bridge: %s is down (ip link set %s up)", name, name);
	else if (ioctl(fd, SIOCGIFMTU, &ifr) < 0)
		r = im_fail_at(err, errno, from, "Bridge: %s: %s", name, strerror(errno));
	b.mtu = r == 0 ? (unsigned)ifr.ifr_mtu : 0;
	(void)close(fd); /* only asked */
	if (r == 0)
		r = addresses(&b, err);
	if (r == 0)
		*ret = b;
	return r;
}
