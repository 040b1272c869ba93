import { randomBytes } from 'node:crypto'
import type { tl } from '@mtcute/core'
import { BaseTelegramClient } from '@mtcute/core/client.js'
import { NodePlatform, TcpTransport } from '@mtcute/node'
import { NodeCryptoProvider } from '@mtcute/node/utils.js'
import { type ClientParts, optionsOf } from '../../../adapters/telegram/account/base-client.ts'
import type { Mtproto } from './mtproto.ts'

/** The data centre that everybody lives in. */
const dcId = 2

/**
 * The library's own client with its storage, its updates and its files, but without a network: each call goes to the
 * stand-in. Where the real one agrees on a key with the server, this one makes one up.
 */
export class RecordedClient extends BaseTelegramClient {
  readonly #server: Mtproto
  readonly #storage: ClientParts['storage']
  #key = ''

  constructor(server: Mtproto, parts: ClientParts) {
    super({
      ...optionsOf(parts),
      crypto: new NodeCryptoProvider(),
      transport: new TcpTransport(),
      platform: new NodePlatform(),
    })
    this.#server = server
    this.#storage = parts.storage
  }

  /** What the server knows this client by. */
  get key(): string {
    return this.#key
  }

  override async connect(): Promise<void> {
    if (this.destroyed) throw new Error('The client is destroyed.')
    await this.prepare()
    if (this.#key !== '') return
    const { authKeys } = this.#storage
    const key = (await authKeys.get(dcId)) ?? randomBytes(256)
    await authKeys.set(dcId, key)
    this.#key = Buffer.from(key).toString('hex')
    this.#server.attach(this)
  }

  override async call<T extends tl.RpcMethod>(
    message: T,
    params?: Parameters<BaseTelegramClient['call']>[1],
  ): Promise<tl.RpcCallReturn[T['_']]> {
    await this.connect()
    const answer = await this.#server.answer(this, message, params?.abortSignal)
    if (this.destroyed) throw new Error('The client was destroyed meanwhile.')
    await this.storage.peers.updatePeersFrom(answer as tl.TlObject)
    return answer as tl.RpcCallReturn[T['_']]
  }

  override async destroy(): Promise<void> {
    this.#server.detach(this)
    await super.destroy()
  }

  override getPoolSize = async () => 1
  override getPrimaryDcId = async () => dcId
  override changePrimaryDc = async () => undefined
  override recreateDc = async () => undefined
}
