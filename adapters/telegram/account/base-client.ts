import { networkMiddlewares } from '@mtcute/core'
import { BaseTelegramClient, type BaseTelegramClientOptions } from '@mtcute/core/client.js'
import { NodePlatform, TcpTransport } from '@mtcute/node'
import { NodeCryptoProvider } from '@mtcute/node/utils.js'

/** What a connection to Telegram needs of us. */
export type ClientParts = Pick<BaseTelegramClientOptions, 'apiId' | 'apiHash' | 'storage'> & {
  /** Asks for what was missed since the place that the storage holds. */
  catchUp: boolean
}

/** Makes a connection, which is opened by the first call. Tests give one that calls a stand-in. */
export type MakeClient = (parts: ClientParts) => BaseTelegramClient

/** Waits of up to so many milliseconds are waited for by the library itself; longer ones come back as errors. */
const waitedOutMs = 2000

/** A connection over TCP to Telegram's own servers. */
export const makeBaseClient: MakeClient = (parts) =>
  new BaseTelegramClient({
    ...optionsOf(parts),
    crypto: new NodeCryptoProvider(),
    transport: new TcpTransport(),
    platform: new NodePlatform(),
    network: { middlewares: networkMiddlewares.basic({ floodWaiter: { maxWait: waitedOutMs } }) },
  })

/** The options that do not depend on what the connection leads to. */
export function optionsOf({ apiId, apiHash, storage, catchUp }: ClientParts) {
  return {
    apiId,
    apiHash,
    storage,
    updates: { catchUp },
    // The library's own log writes to the console, with phones and names in it.
    logLevel: 0,
    // The program itself says when it is over, and memory can be written to at once.
    storageOptions: { cleanup: false, peers: { updatesWriteInterval: 0 } },
    initConnectionOptions: { deviceModel: 'Parley', appVersion: '1' },
  }
}
