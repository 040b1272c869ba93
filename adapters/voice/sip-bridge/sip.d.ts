/** What we use of the package `sip` 0.0.6, which has no types of its own; written after its source. */
declare module 'sip' {
  type Params = Record<string, string | null>

  interface Uri {
    schema: string
    user?: string
    password?: string
    host: string
    /** NaN when the text names none. */
    port?: number
    params: Params
    headers: Record<string, string>
  }
  interface NameAddress {
    name?: string
    uri: string
    params: Params
  }
  interface Route {
    name?: string
    uri: Uri | undefined
    params: Params
  }
  interface Via {
    version: string
    protocol: string
    host: string
    port?: number
    params: Params
  }
  /** `scheme` and the parameters, their values with the quotes that they had. */
  type Challenge = Record<string, string | undefined>

  interface Headers {
    via: Via[]
    to: NameAddress
    from: NameAddress
    'call-id': string
    cseq: { seq: number; method: string }
    contact?: NameAddress[] | '*'
    route?: Route[]
    'record-route'?: Route[]
    'www-authenticate'?: Challenge[]
    'proxy-authenticate'?: Challenge[]
    authorization?: Challenge[]
    'proxy-authorization'?: Challenge[]
    'content-type'?: string
    expires?: string | number
    'min-expires'?: string
    allow?: string
    'user-agent'?: string
    'max-forwards'?: string | number
    'retry-after'?: string | number
    reason?: string
  }
  interface Request {
    method: string
    uri: string
    version?: string
    headers: Headers
    content?: string
  }
  interface Response {
    status: number
    reason: string
    version?: string
    headers: Headers
    content?: string
  }

  /** Where a transaction writes its messages. */
  interface Connection {
    /** Anything but `UDP` is taken as reliable: nothing is repeated. */
    protocol: string
    send(message: Request | Response): void
    release(): void
  }
  interface Transaction {
    message(message: Request | Response, remote?: unknown): void
    /** Of a server transaction. */
    send?(response: Response): void
    shutdown(): void
  }
  interface TransactionLayer {
    createServerTransaction(request: Request, connection: Connection): Transaction
    /** Gives the first Via a branch of its own, but for a CANCEL. */
    createClientTransaction(
      connection: Connection,
      request: Request,
      onResponse: (response: Response) => void,
    ): Transaction
    getServer(message: Request | Response): Transaction | undefined
    getClient(message: Response): Transaction | undefined
    destroy(): void
  }

  interface Sip {
    /** Undefined for what is no message; may throw at a malformed one. */
    parse(bytes: Uint8Array): unknown
    /** As a string of bytes (latin1). */
    stringify(message: Request | Response): string
    makeResponse(request: Request, status: number, reason: string): Response
    parseUri(uri: string): Uri | undefined
    makeTransactionLayer(options: object): TransactionLayer
  }
  const sip: Sip
  export default sip
  export type {
    Challenge,
    Connection,
    Headers,
    NameAddress,
    Params,
    Request,
    Response,
    Route,
    Transaction,
    TransactionLayer,
    Uri,
    Via,
  }
}
