import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** A certificate for `localhost`, `127.0.0.1` and `mail.example.test` that signed itself; its key is no secret. */
export const certificatePath = fileURLToPath(new URL('certificate.pem', import.meta.url))
export const keyPath = fileURLToPath(new URL('key.pem', import.meta.url))
export const certificate = readFileSync(certificatePath, 'utf8')
export const key = readFileSync(keyPath, 'utf8')
