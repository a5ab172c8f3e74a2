/* SPDX-License-Identifier: Apache-2.0 */
/* Every feed, one a line: FEED(NAME) is `const Feed feed_NAME` of src/advisory/feed-NAME.c. A document goes to the first whose
 * detect() says yes, so that the general formats stand last. */
FEED(debian_osv)
FEED(debian_tracker)
FEED(ubuntu_osv)
FEED(ubuntu_tracker)
FEED(alpine_osv)
FEED(alpine_secdb)
FEED(wolfi)
FEED(kev)
FEED(epss)
FEED(endoflife)
