/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "bypass.h"
#include "str.h"
#include "trust.h"

#define HEAD "version=1\nuntil="

/* Since boot, and asleep too: nobody who sets the clock can make an exception last. */
static uint64_t now(void)
{
	struct timespec ts = {0};

	(void)clock_gettime(CLOCK_BOOTTIME, &ts); /* cannot fail: clock_gettime(2) */
	return (uint64_t)ts.tv_sec;
}

bool bypass_is_open(uid_t uid)
{
	char path[64], *text = NULL;
	struct im_err unheard = {0};
	uint64_t until = 0;
	size_t len;
	bool yes = false;

	(void)snprintf(path, sizeof(path), BYPASS_DIR "/%u", (unsigned)uid); /* fits */
	if (trust_read(path, 4096, &text, &len, &unheard) < 0)
		return false;
	if (strlen(text) == len && strncmp(text, HEAD, sizeof(HEAD) - 1) == 0) {
		char *at = text + sizeof(HEAD) - 1;

		at[strcspn(at, "\n")] = 0;
		yes = str_to_u64(at, UINT64_MAX, &until) == 0 && now() < until;
	}
	free(text);
	return yes;
}

int bypass_write(uid_t uid, uint64_t seconds, const char *reason, struct im_err *err)
{
	char path[64], text[1200];
	const int len = snprintf(text, sizeof(text), HEAD "%" PRIu64 "\nreason=%s\n", now() + seconds, reason);
	int fd;

	if (len < 0 || (size_t)len >= sizeof(text))
		return im_fail(err, ENAMETOOLONG, "bypass: the reason is too long (1000 bytes are enough)");
	if ((mkdir("/run/immure", 0755) < 0 && errno != EEXIST) || (mkdir(BYPASS_DIR, 0755) < 0 && errno != EEXIST))
		return im_fail(err, errno, "bypass: make " BYPASS_DIR ": %s", strerror(errno));
	fd = trust_open(BYPASS_DIR, true, err);
	if (fd < 0)
		return fd;
	(void)close(fd); /* only looked at: it is root's alone */
	(void)snprintf(path, sizeof(path), BYPASS_DIR "/.%u.new", (unsigned)uid); /* fits */
	(void)unlink(path); /* of a run that died */
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd >= 0 && (fchmod(fd, 0644) < 0 || write(fd, text, (size_t)len) != len)) {
		(void)close(fd); /* it failed already */
		fd = -1;
	}
	if (fd >= 0 && close(fd) == 0) {
		char final[64];

		(void)snprintf(final, sizeof(final), BYPASS_DIR "/%u", (unsigned)uid); /* fits */
		if (rename(path, final) == 0)
			return 0;
	}
	return im_fail(err, errno, "bypass: write %s: %s", path, strerror(errno));
}

int bypass_remove(uid_t uid, struct im_err *err)
{
	char path[64];

	(void)snprintf(path, sizeof(path), BYPASS_DIR "/%u", (unsigned)uid); /* fits */
	return unlink(path) < 0 ? im_fail(err, errno, "bypass: %s: %s", path, strerror(errno)) : 0;
}
