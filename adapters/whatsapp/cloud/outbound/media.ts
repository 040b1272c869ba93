import type { ChannelFiles, FetchedFile } from '../../../../src/conversations/channel-tools.ts'
import type { FileSource, MediaKind, MediaPart } from '../../../../src/conversations/message.ts'
import type { Clock } from '../../../../src/platform/clock.ts'
import { AppError } from '../../../../src/platform/errors.ts'
import { fetchFile, largestFile } from '../fetch-file.ts'
import type { GraphClient } from '../graph-client.ts'
import { uploadFile } from './upload.ts'

/** How a message names a file: by the vendor's number of it, or by an address that the vendor fetches itself. */
export type FileRef = { id: string } | { link: string }

/** What a file is sent as. */
export type MediaType = 'image' | 'video' | 'audio' | 'document' | 'sticker'
export type HeaderKind = 'image' | 'video' | 'document'

/** A file that is ready to be sent. */
export interface ReadyFile {
  type: MediaType
  ref: FileRef
  /** It is shown as a voice message. */
  voice: boolean
}

const types: Record<MediaKind, MediaType> = {
  image: 'image',
  video: 'video',
  video_note: 'video',
  animation: 'video',
  audio: 'audio',
  voice: 'audio',
  document: 'document',
  sticker: 'sticker',
}

/** What the vendor takes as what, and up to how many bytes (developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/media#supported-media-types). */
const taken: Record<Exclude<MediaType, 'document'>, { mimes: readonly string[]; bytes: number }> = {
  image: { mimes: ['image/jpeg', 'image/png'], bytes: 5 * 1024 * 1024 },
  video: { mimes: ['video/mp4', 'video/3gpp'], bytes: 16 * 1024 * 1024 },
  audio: { mimes: ['audio/aac', 'audio/amr', 'audio/mpeg', 'audio/mp4', 'audio/ogg'], bytes: 16 * 1024 * 1024 },
  sticker: { mimes: ['image/webp'], bytes: 500 * 1024 },
}

/** Uploaded files are kept by the vendor for 30 days. */
const uploadGoodMs = 25 * 24 * 3600 * 1000
const rememberedUploads = 500

/** Makes files ready; what was uploaded once is not uploaded again for some weeks. */
export class MediaDesk {
  readonly #client: GraphClient
  readonly #files: ChannelFiles
  readonly #clock: Clock
  readonly #phoneNumberId: string
  readonly #uploaded = new Map<string, { ready: ReadyFile; until: number }>()

  constructor(client: GraphClient, files: ChannelFiles, clock: Clock, phoneNumberId: string) {
    this.#client = client
    this.#files = files
    this.#clock = clock
    this.#phoneNumberId = phoneNumberId
  }

  /** A file as it can be sent: an address goes as it is, anything else is uploaded. */
  async ready(part: Pick<MediaPart, 'media' | 'file' | 'mime' | 'name'>, signal: AbortSignal): Promise<ReadyFile> {
    const { media, file, mime, name } = part
    if ('url' in file) {
      const ogg = mime?.startsWith('audio/ogg') || /\.(ogg|opus)$/i.test(URL.parse(file.url)?.pathname ?? '')
      return { type: types[media], ref: { link: file.url }, voice: media === 'voice' && ogg }
    }
    const key = `${media}:${JSON.stringify(file)}`
    const now = this.#clock.now().getTime()
    const before = this.#uploaded.get(key)
    if (before && before.until > now) return before.ready
    const ready = await this.#upload(media, file, mime, name, signal)
    const [oldest] = this.#uploaded.keys()
    if (this.#uploaded.size >= rememberedUploads && oldest !== undefined) this.#uploaded.delete(oldest)
    this.#uploaded.set(key, { ready, until: now + uploadGoodMs })
    return ready
  }

  async #upload(
    media: MediaKind,
    file: Exclude<FileSource, { url: string }>,
    told: string | undefined,
    name: string | undefined,
    signal: AbortSignal,
  ): Promise<ReadyFile> {
    const opened = await this.#open(file)
    const mime = (opened.mime ?? told ?? 'application/octet-stream').split(';')[0]!.trim().toLowerCase()
    if (opened.size !== undefined && opened.size > largestFile) {
      await opened.body.cancel()
      throw new AppError('too_large', `The file has ${opened.size} bytes: WhatsApp takes at most ${largestFile}.`)
    }
    const type = fittingType(types[media], mime, opened.size)
    const id = await uploadFile(
      this.#client,
      this.#phoneNumberId,
      { ...opened, mime, name: name ?? opened.name },
      signal,
    )
    return { type, ref: { id }, voice: media === 'voice' && type === 'audio' && mime === 'audio/ogg' }
  }

  /** A reference is a file that came with a message: it is fetched and uploaded anew, since its number was not given to us for sending. */
  #open(file: { kept: string } | { ref: string }): Promise<FetchedFile> {
    return 'kept' in file ? this.#files.open(file.kept) : fetchFile(this.#client, this.#phoneNumberId, file.ref)
  }
}

/** What WhatsApp would not show as what it is arrives as a document. */
function fittingType(type: MediaType, mime: string, size = 0): MediaType {
  if (type === 'document') return type
  const { mimes, bytes } = taken[type]
  return mimes.includes(mime) && size <= bytes ? type : 'document'
}

/** What a template's heading shows, told by an address or a type; undefined when neither says it. */
export function headerKindOf(file: FileSource, mime?: string): HeaderKind | undefined {
  const path = 'url' in file ? (URL.parse(file.url)?.pathname ?? '') : ''
  if (mime?.startsWith('image/') || /\.(jpe?g|png|webp)$/i.test(path)) return 'image'
  if (mime?.startsWith('video/') || /\.(mp4|3gpp?)$/i.test(path)) return 'video'
  return mime !== undefined || /\.[a-z]{2,5}$/i.test(path) ? 'document' : undefined
}
