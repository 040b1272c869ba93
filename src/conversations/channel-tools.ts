/** A file of a channel on its way through us. */
export interface FetchedFile {
  body: ReadableStream<Uint8Array>
  mime?: string
  size?: number
  name?: string
}

/** Texts that an adapter keeps under names, sealed at rest. Both act at once, outside of any transaction. */
export interface ChannelState {
  read(name: string): Promise<string | undefined>
  /** Undefined takes the name away. */
  write(name: string, value: string | undefined): Promise<void>
}

/** A file that lies with us, known by its content. */
export interface KeptFile {
  /** The SHA-256 of its content in hex: what a media part's `file.kept` says. */
  kept: string
  /** Bytes. */
  size: number
  /** What its content shows it to be, else what was told. */
  mime: string
}

/** Files that we keep ourselves, each once by its content. */
export interface ChannelFiles {
  /** Keeps a file. Throws `too_large` above `maxBytes`; nothing of it stays then. */
  keep(body: ReadableStream<Uint8Array> | Uint8Array, told: { mime?: string; maxBytes: number }): Promise<KeptFile>
  /** Opens a kept file. Throws `not_found`. */
  open(kept: string): Promise<FetchedFile & { mime: string; size: number }>
  /** An address at which a vendor can read the file for so many seconds; undefined when we are not reachable from outside. */
  link(kept: string, seconds: number): string | undefined
}

/** How a channel fares. */
export interface Condition {
  state: 'working' | 'connecting' | 'signing_in' | 'failing' | 'stopped'
  /** What is wrong, and what to do about it. */
  error?: string
  /** Of a channel that is signed in to step by step: what it waits for. */
  signIn?: SignInState
}

export interface SignInState {
  /** What is to be done next: scan a code, type in what was sent, type in the password; nothing when signed in. */
  waitsFor: 'start' | 'qr' | 'code' | 'password' | 'nothing'
  /** What the QR code is to hold. */
  qr?: string
  /** Until when the code counts, ISO 8601. */
  expiresAt?: string
  /** What the vendor says of it: where the code was sent, the hint of the password. */
  hint?: string
}
