interface Asked {
  /** What the server is told, without a semicolon at the end. */
  command: string
  /** Whether it gives rows, be they none. */
  hasRows: boolean
  answer?: { resolve(rows: never[]): void; reject(error: unknown): void }
}

/**
 * What is asked of one connection within a turn of the event loop goes to the server as one simple query and comes back as one answer,
 * which costs both sides a fraction of what so many single ones do. Each statement is prepared once on the connection and then run
 * by its name (https://www.postgresql.org/docs/current/sql-execute.html), so that its plan is made once.
 */
export class StatementBundle {
  readonly #names: PreparedNames
  readonly #send: (text: string) => Promise<unknown>
  #asked: Asked[] = []
  #leaving = false

  /** `send` runs several commands, separated by semicolons, and gives what the driver makes of the answer. */
  constructor(names: PreparedNames, send: (text: string) => Promise<unknown>) {
    this.#names = names
    this.#send = send
  }

  /** Adds a command without parameters or rows, such as `begin`. */
  command(command: string): void {
    this.#asked.push({ command, hasRows: false })
  }

  /** Runs a statement with `$1`-style parameters and gives its rows. */
  query<Row>(text: string, params: readonly unknown[] = []): Promise<Row[]> {
    const command = params.length === 0 ? text : this.#prepared(text, params)
    return new Promise((resolve, reject) => {
      this.#asked.push({ command, hasRows: givesRows(text), answer: { resolve, reject } })
      if (this.#leaving) return
      this.#leaving = true
      // After all that is ready to go on now has done so: it may ask for more.
      queueMicrotask(() => process.nextTick(() => this.flush()))
    })
  }

  #prepared(text: string, params: readonly unknown[]): string {
    const { name, isNew } = this.#names.of(text)
    if (isNew) this.command(`prepare ${name} as ${text}`)
    return `execute ${name}(${params.map(literal).join(',')})`
  }

  /** Sends at once what was asked. Resolves when it is done; a failure goes to those who asked too. */
  async flush(): Promise<void> {
    this.#leaving = false
    const asked = this.#asked
    if (asked.length === 0) return
    this.#asked = []
    try {
      const results = answersOf(await this.#send(asked.map(({ command }) => command).join(';\n')))
      if (!asked[0]!.hasRows) results.shift()
      if (results.length !== asked.filter(({ hasRows }) => hasRows).length)
        throw new Error(
          'The answers of the server cannot be told apart: a statement gave rows, or none, against its text.',
        )
      for (const { hasRows, answer } of asked) {
        const rows = hasRows ? results.shift()! : []
        answer?.resolve(rows)
      }
    } catch (error) {
      this.#names.forget(asked.map(({ command }) => command))
      const asking = asked.filter(({ answer }) => answer)
      for (const { answer } of asking) answer!.reject(error)
      if (asking.length === 0) throw error
    }
  }
}

/** The names of the statements that are prepared on one connection. */
export class PreparedNames {
  readonly #names = new Map<string, string>()
  #count = 0

  of(text: string): { name: string; isNew: boolean } {
    const known = this.#names.get(text)
    if (known) return { name: known, isNew: false }
    const name = `parley_${++this.#count}`
    this.#names.set(text, name)
    return { name, isNew: true }
  }

  /** These commands failed, some of them before they were begun: what they were to prepare gets a new name the next time. */
  forget(commands: readonly string[]): void {
    for (const [text, name] of this.#names)
      if (commands.some((command) => command.startsWith(`prepare ${name} `))) this.#names.delete(text)
  }
}

function givesRows(text: string): boolean {
  return /^\s*(select|with)\b/i.test(text) || /\breturning\b/i.test(text)
}

/**
 * The driver gives the rows of one command, or a list of them when several gave rows; a command without rows gets a place
 * of its own only at the beginning.
 */
function answersOf(results: unknown): never[][] {
  const isOne = (results as { command?: unknown }).command !== undefined
  return isOne ? [results as never[]] : [...(results as never[][])]
}

/** A value as SQL writes it; the connection has `standard_conforming_strings` on, so that a backslash is a backslash. */
function literal(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  if (typeof value === 'boolean') return String(value)
  if (typeof value === 'number' && Number.isFinite(value)) return String(value)
  if (typeof value !== 'string') throw new TypeError(`A ${typeof value} cannot be a parameter of this statement.`)
  if (value.includes('\0')) throw new TypeError('A text with a zero character cannot be stored.')
  return `'${value.replaceAll("'", "''")}'`
}
