import { createHash, getDiffieHellman, pbkdf2Sync, randomBytes } from 'node:crypto'
import { Long, type tl } from '@mtcute/core'

/** The server's side of the proof of a password (core.telegram.org/api/srp): it never sees the password itself. */
const prime = getDiffieHellman('modp14').getPrime()
const p = number(prime)
const g = 2n
const salt1 = randomBytes(8)
const salt2 = randomBytes(16)
const b = number(randomBytes(256))
const k = number(hash(prime, bytes(g)))

export function passwordQuestion({
  password,
  hint,
}: {
  password: string | undefined
  hint: string
}): tl.account.RawPassword {
  const algo = { salt1, salt2, g: Number(g), p: prime }
  const kdf = { _: 'passwordKdfAlgoSHA256SHA256PBKDF2HMACSHA512iter100000SHA256ModPow' as const, ...algo }
  const base: tl.account.RawPassword = {
    _: 'account.password',
    newAlgo: kdf,
    newSecureAlgo: { _: 'securePasswordKdfAlgoUnknown' },
    secureRandom: randomBytes(16),
  }
  if (password === undefined) return base
  const B = (k * power(g, secretOf(password)) + power(g, b)) % p
  return { ...base, hasPassword: true, currentAlgo: kdf, srpB: bytes(B), srpId: Long.fromNumber(77), hint }
}

export function checkProof(proof: tl.TypeInputCheckPasswordSRP, password: string): boolean {
  if (proof._ !== 'inputCheckPasswordSRP' || proof.srpId.toNumber() !== 77) return false
  const v = power(g, secretOf(password))
  const B = bytes((k * v + power(g, b)) % p)
  const A = Buffer.from(proof.A)
  const u = number(hash(A, B))
  const S = power(number(A) * power(v, u), b)
  const groups = Buffer.from(hash(prime).map((byte, index) => byte ^ (hash(bytes(g))[index] ?? 0)))
  const expected = hash(groups, hash(salt1), hash(salt2), A, B, hash(bytes(S)))
  return expected.equals(Buffer.from(proof.M1))
}

const secrets = new Map<string, bigint>()

function secretOf(password: string): bigint {
  const known = secrets.get(password)
  if (known !== undefined) return known
  const salted = (data: Buffer, salt: Buffer) => hash(salt, data, salt)
  const first = salted(salted(Buffer.from(password), salt1), salt2)
  const secret = number(salted(pbkdf2Sync(first, salt1, 100_000, 64, 'sha512'), salt2))
  secrets.set(password, secret)
  return secret
}

function hash(...parts: Buffer[]): Buffer {
  return createHash('sha256').update(Buffer.concat(parts)).digest()
}

function number(data: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(data).toString('hex')}`)
}

function bytes(value: bigint): Buffer {
  return Buffer.from(value.toString(16).padStart(512, '0'), 'hex')
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n
  let square = base % p
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % p
    square = (square * square) % p
  }
  return result
}
