/* SPDX-License-Identifier: Apache-2.0 */
/* FIELD(slot, name, type, unit, flags, values, doc) of source secret. */
FIELD(SECRET_KIND, "secret.kind", STRING, NONE, 0, "secret|private-key|authorized-key|keystore|credential", "secret: a token or password in a text; the others are keys and files of credentials")
FIELD(SECRET_RULE, "secret.rule", STRING, NONE, 0, NULL, "Rule that found it, or format of the key")
FIELD(SECRET_TITLE, "secret.title", STRING, NONE, FIELD_OPTIONAL, NULL, "What it is")
FIELD(SECRET_SEVERITY, "secret.severity", STRING, NONE, 0, "UNKNOWN|NEGLIGIBLE|LOW|MEDIUM|HIGH|CRITICAL", "Severity; ordered")
FIELD(SECRET_PATH, "secret.path", STRING, NONE, FIELD_PATH | FIELD_OPTIONAL, NULL, "File that has it; absent when it is in the configuration of the image")
FIELD(SECRET_LAYER, "secret.layer", INT, NONE, FIELD_OPTIONAL, NULL, "Layer that has it, from 0")
FIELD(SECRET_DELETED, "secret.deleted", BOOL, NONE, 0, NULL, "A later layer deletes the file: whoever pulls the image has it all the same")
FIELD(SECRET_ENCRYPTED, "secret.encrypted", BOOL, NONE, FIELD_OPTIONAL, NULL, "Keys: a passphrase protects it")
FIELD(SECRET_ALGORITHM, "secret.algorithm", STRING, NONE, FIELD_OPTIONAL, NULL, "Keys: RSA, EC, Ed25519 …")
FIELD(SECRET_BITS, "secret.bits", INT, NONE, FIELD_OPTIONAL, NULL, "Keys: size in bits")
FIELD(SECRET_OWNER, "secret.owner", STRING, NONE, FIELD_OPTIONAL, NULL, "Keys: the package of the distribution that the file belongs to")
FIELD(SECRET_NEW, "secret.new", BOOL, NONE, 0, NULL, "Not in the report given as --baseline; true without one")
