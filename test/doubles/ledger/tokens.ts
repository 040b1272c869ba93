import { AppError } from '../../../src/platform/errors.ts'

/** What the ledger says of its tokens, and counts of them. */
export interface TokenBook {
  /** A token is good for so many requests; then it has to be changed for another one, by a token that works once. */
  callsOfToken: number
  /** How often a used or wrong token was brought to be changed: the account would be lost. */
  lostTokens: number
}

/** The tokens of an account: one is good for some requests, and the one that it is changed by works once. */
export class Tokens {
  readonly #ledger: TokenBook
  #number = 0
  #left = 0

  constructor(ledger: TokenBook) {
    this.#ledger = ledger
  }

  /** Whether a request may be done with it. */
  use(access: string): boolean {
    if (access !== `access-${this.#number}` || this.#left <= 0) return false
    this.#left--
    return true
  }

  change(key: string, refresh: string | undefined): { access: string; refresh: string } {
    const expected = this.#number === 0 ? undefined : `refresh-${this.#number}`
    if (key !== 'inkwell') throw new AppError('unauthenticated', 'The key of the ledger is wrong.')
    if (refresh !== expected) {
      this.#ledger.lostTokens++
      throw new AppError('unauthenticated', 'The ledger knows this token no more; connect it again.')
    }
    this.#number++
    this.#left = this.#ledger.callsOfToken
    return { access: `access-${this.#number}`, refresh: `refresh-${this.#number}` }
  }
}
