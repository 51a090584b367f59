/* SPDX-License-Identifier: MIT */
#include <errno.h>

#include "../lib/tap.h"
#include "err.h"

int main(void)
{
	struct im_err e = {0};
	struct im_errs errs = {0};
	char big[2000];

	ok(im_fail(&e, ENOENT, "%s: %d", "x", 5) == -ENOENT && e.code == ENOENT, "im_fail returns the negative code");
	is_str(e.text, "x: 5", "and fills the sentence");
	im_fail_at(&e, EPERM, (struct origin){"f.profile", 12}, "Name: bad");
	is_str(e.text, "f.profile:12: Name: bad", "with an origin");
	im_fail_at(&e, EPERM, (struct origin){0}, "Name: bad");
	is_str(e.text, "Name: bad", "without one");
	im_fail(&e, EINVAL, "a%sb", "\n\033[31m\x7f");
	is_str(e.text, "a\\x0a\\x1b[31m\\x7fb", "control characters cannot reach a terminal");
	memset(big, '\n', sizeof(big) - 1);
	big[sizeof(big) - 1] = 0;
	im_fail(&e, EINVAL, "%s", big);
	ok(strlen(e.text) < sizeof(e.text) && !strchr(e.text, '\n'), "a long text is cut, not overrun");
	ok(im_fail(NULL, EIO, "nobody listens") == -EIO, "without a listener");
	ok(!im_errs_any(&errs), "no errors at first");
	for (int i = 0; i < IM_ERRS_MAX + 5; i++)
		im_errs_add(&errs, EBADMSG, (struct origin){"f", (unsigned)i + 1}, "n");
	ok(errs.len == IM_ERRS_MAX && errs.dropped == 5 && im_errs_any(&errs), "beyond the limit they are only counted");
	is_str(errs.items[1].text, "f:2: n", "each with its place");
	im_errs_done(&errs);
	ok(!im_errs_any(&errs), "im_errs_done empties");
	return tap_done();
}
