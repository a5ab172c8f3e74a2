/* SPDX-License-Identifier: Apache-2.0 */
/* Names of the properties that carry in an SBOM what purls and standard fields have no place for: the report room writes them, the scan
 * room reads them. docs/reference/sbom-mapping.md explains each. */
#pragma once

/* Of a package. */
#define SBOM_SOURCE_NAME "plimsoll:source-name"
#define SBOM_SOURCE_VERSION "plimsoll:source-version"
#define SBOM_LICENSE "plimsoll:license"
#define SBOM_VENDOR "plimsoll:vendor"
#define SBOM_MAINTAINER "plimsoll:maintainer"
#define SBOM_MODULE "plimsoll:module"
#define SBOM_DIGEST "plimsoll:digest"
#define SBOM_PATH "plimsoll:path"
#define SBOM_LAYER "plimsoll:layer"               /* index into the layers, from 0 */
#define SBOM_INSTALLED_SIZE "plimsoll:installed-size"
#define SBOM_FILES "plimsoll:files"               /* how many it owns */
#define SBOM_DEPENDS "plimsoll:depends"
#define SBOM_PROVIDES "plimsoll:provides"
#define SBOM_ESSENTIAL "plimsoll:essential"
/* Of language packages. */
#define SBOM_DECLARED "plimsoll:declared"
#define SBOM_DEV "plimsoll:development"
#define SBOM_OPTIONAL "plimsoll:optional"
#define SBOM_PRIVATE "plimsoll:private"
#define SBOM_OWNER "plimsoll:owner"               /* bom-ref (purl) of the package that installed it */
#define SBOM_LOCATION "plimsoll:location"         /* a JSON map; repeats */
#define SBOM_PLACES "plimsoll:places"             /* how many there were, where some are left out */
#define SBOM_LINKED "plimsoll:linked"             /* import paths, each ended by a line feed */

/* Of the document. The last four repeat; layer, archive and gap hold a JSON map. */
#define SBOM_TOOL "plimsoll:tool"
#define SBOM_OS_ID "plimsoll:os:id"
#define SBOM_OS_VERSION_ID "plimsoll:os:version-id"
#define SBOM_OS_CODENAME "plimsoll:os:codename"
#define SBOM_OS_PRETTY_NAME "plimsoll:os:pretty-name"
#define SBOM_OS_ID_LIKE "plimsoll:os:id-like"
#define SBOM_OS_CPE_NAME "plimsoll:os:cpe-name"
#define SBOM_IMAGE_DIGEST "plimsoll:image:digest"
#define SBOM_IMAGE_ID "plimsoll:image:id"
#define SBOM_IMAGE_OS "plimsoll:image:os"
#define SBOM_IMAGE_ARCH "plimsoll:image:architecture"
#define SBOM_IMAGE_VARIANT "plimsoll:image:variant"
#define SBOM_IMAGE_CREATED "plimsoll:image:created"
#define SBOM_IMAGE_USER "plimsoll:image:user"
#define SBOM_IMAGE_TAG "plimsoll:image:tag"
#define SBOM_LAYERS "plimsoll:image:layer"
#define SBOM_CONTENT_SET "plimsoll:content-set"
#define SBOM_ARCHIVE "plimsoll:archive"
#define SBOM_GAP "plimsoll:gap"
