/* SPDX-License-Identifier: Apache-2.0 */
/* Every feed, one a line: FEED(NAME) is `const Feed feed_NAME` of src/advisory/feed-NAME.c. A document goes to the first whose
 * detect() says yes, so that the general formats stand last. */
