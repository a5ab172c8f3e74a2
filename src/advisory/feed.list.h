/* SPDX-License-Identifier: Apache-2.0 */
/* Every feed, one a line: FEED(NAME) is `const Feed feed_NAME` of src/advisory/feed-NAME.c. A document goes to the first whose
 * detect() says yes, so that the general formats stand last. */
FEED(redhat_repository_cpe)
FEED(redhat_cve)
FEED(redhat_osv)
FEED(almalinux_osv)
FEED(rocky_osv)
FEED(rocky_errata)
FEED(amazon_alas)
FEED(suse_osv)
FEED(updateinfo)
FEED(osv)
