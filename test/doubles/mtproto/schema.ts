import { Long, tl } from '@mtcute/core'
import { __tlReaderMap, __tlWriterMap, TlBinaryReader, TlBinaryWriter } from '@mtcute/core/utils.js'
import type { RecordedClient } from './recorded-client.ts'
import type { World } from './world.ts'

/** Answers one method, for the client of one session. */
export type Handler = (request: never, world: World, client: RecordedClient) => unknown

/** The same as it comes out of the protocol's own bytes: an answer that breaks the schema fails here. */
export function checked<T>(answer: unknown): T {
  if (Array.isArray(answer)) return answer.map((item) => checked(item)) as T
  if (typeof answer !== 'object' || answer === null || Long.isLong(answer)) return answer as T
  const bytes = TlBinaryWriter.serializeObject(__tlWriterMap, answer as never)
  return TlBinaryReader.deserializeObject<T>(__tlReaderMap, bytes)
}

/** Telegram's answer instead of what was asked for. */
export function refusal(word: string, code?: number): Error {
  const usual = word.includes('FLOOD_WAIT') ? 420 : 400
  return tl.RpcError.fromTl({ _: 'mt_rpc_error', errorCode: code ?? usual, errorMessage: word } as never)
}
