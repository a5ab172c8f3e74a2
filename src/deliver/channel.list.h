/* SPDX-License-Identifier: Apache-2.0 */
/* CHANNEL(symbol): the kinds of output that alerts go to, rows `output_NAME` of an ChannelKind. */
CHANNEL(channel_stdout)
CHANNEL(channel_file)
CHANNEL(channel_syslog)
CHANNEL(channel_webhook)
CHANNEL(channel_unix)
