import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createSecretKey,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto'
import { AppError } from './errors.ts'

/** Keeps secrets at rest: what it sealed, only the same key opens, and only for the same place. */
export interface Vault {
  /** Seals a text. `context` names the place it is stored at, such as `channel:7:token`: it opens nowhere else. */
  seal(text: string, context: string): string
  /** Gives a sealed text back; throws when it was sealed with another key or for another place, or was changed. */
  open(sealed: string, context: string): string
}

/**
 * Makes the vault of a key: 32 bytes in base64, or any text of at least 16 characters.
 * A sealed text is `sealed:v1:<key's mark>:<base64url of nonce, tag and ciphertext>` (AES-256-GCM, key by HKDF-SHA-256).
 */
export function createVault(secret: string): Vault {
  const material = keyMaterial(secret)
  const key = createSecretKey(Buffer.from(hkdfSync('sha256', material, '', 'parley sealed v1 key', 32)))
  const mark = Buffer.from(hkdfSync('sha256', material, '', 'parley sealed v1 mark', 6)).toString('base64url')
  return {
    seal(text, context) {
      const nonce = nextNonce()
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context))
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return `sealed:v1:${mark}:${Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64url')}`
    },
    open(sealed, context) {
      const [, version, foundMark, data] = /^sealed:(v\d+):([\w-]+):([\w-]+)$/.exec(sealed) ?? []
      if (version === undefined || data === undefined)
        throw new AppError('internal', `What is stored as the secret of ${context} is not a sealed text.`)
      if (version !== 'v1')
        throw new AppError('internal', `The secret of ${context} was sealed by a newer program (format ${version}).`)
      if (foundMark !== mark)
        throw new AppError(
          'internal',
          `The secret of ${context} was sealed with another key; start with the PARLEY_SECRET it was stored under, or set it anew.`,
        )
      const bytes = Buffer.from(data, 'base64url')
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12), { authTagLength: 16 })
        decipher.setAAD(Buffer.from(context)).setAuthTag(bytes.subarray(12, 28))
        return decipher.update(bytes.subarray(28), undefined, 'utf8') + decipher.final('utf8')
      } catch (cause) {
        const message = `The secret of ${context} was changed or belongs to another place; set it anew.`
        throw new AppError('internal', message, { cause })
      }
    },
  }
}

const nonceBytes = 12
/** Randomness for many nonces is drawn at once, as each draw costs a call of the system. */
let drawn = Buffer.alloc(0)

function nextNonce(): Buffer {
  if (drawn.length < nonceBytes) drawn = randomBytes(nonceBytes * 256)
  const nonce = drawn.subarray(0, nonceBytes)
  drawn = drawn.subarray(nonceBytes)
  return nonce
}

/** Whether a text came from a vault. */
export function isSealed(text: string): boolean {
  return text.startsWith('sealed:')
}

/** What is stored of a token that only needs to be recognised: its SHA-256 in hexadecimal. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

/** Whether two secrets are the same, in a time that tells nothing about where they differ. */
export function sameSecret(left: string, right: string): boolean {
  const [one, other] = [left, right].map((text) => createHash('sha256').update(text).digest())
  return timingSafeEqual(one!, other!)
}

function keyMaterial(secret: string): Buffer {
  if (/^[A-Za-z0-9+/]{43}=$/.test(secret)) return Buffer.from(secret, 'base64')
  if (secret.length < 16)
    throw new AppError(
      'invalid',
      'The key is too short; expected 32 bytes in base64 or a text of at least 16 characters.',
    )
  return Buffer.from(secret, 'utf8')
}
