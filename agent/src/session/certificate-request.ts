/**
 * A certificate request (PKCS #10) with a fresh key.
 *
 * Written out by hand because there is nothing to it: four nested sequences around what node:crypto already
 * exports and signs. The libraries that do it cost 17 MB of memory in a daemon that needs it once.
 */
import { generateKeyPairSync, sign } from 'node:crypto'

const INTEGER_ZERO = Buffer.from([0x02, 0x01, 0x00])
const NO_ATTRIBUTES = Buffer.from([0xa0, 0x00])
const OID_COMMON_NAME = Buffer.from('0603550403', 'hex')
/** ecdsa-with-SHA256. */
const OID_SIGNATURE = Buffer.from('06082a8648ce3d040302', 'hex')
const SEQUENCE = 0x30
const SET = 0x31
const UTF8_STRING = 0x0c
const BIT_STRING = 0x03
const NO_UNUSED_BITS = Buffer.from([0])
/** Lengths below are one octet; above, a count of octets and then they. */
const SHORT_LENGTH_MAX = 0x7f

/** A key and the request to have it certified. */
export interface CertificateRequest {
  /** PKCS #10, DER. */
  readonly request: Buffer
  /** PKCS #8, PEM. */
  readonly privateKeyPem: string
}

/** Makes an ECDSA P-256 key and a request for `commonName`. */
export function createCertificateRequest(commonName: string): CertificateRequest {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const name = der(
    SEQUENCE,
    der(SET, der(SEQUENCE, OID_COMMON_NAME, der(UTF8_STRING, Buffer.from(commonName, 'utf8')))),
  )
  const info = der(
    SEQUENCE,
    INTEGER_ZERO,
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    NO_ATTRIBUTES,
  )
  const signature = sign('sha256', info, privateKey)
  return {
    request: der(SEQUENCE, info, der(SEQUENCE, OID_SIGNATURE), der(BIT_STRING, NO_UNUSED_BITS, signature)),
    privateKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  return Buffer.concat([Buffer.from([tag]), derLength(content.length), content])
}

function derLength(length: number): Buffer {
  if (length <= SHORT_LENGTH_MAX) return Buffer.from([length])
  const hex = length.toString(16)
  const octets = Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex')
  return Buffer.concat([Buffer.from([0x80 | octets.length]), octets])
}
