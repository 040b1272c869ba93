import { InputFile } from 'grammy'
import type { InputMediaAudio, InputMediaDocument, InputMediaPhoto, InputMediaVideo } from 'grammy/types'
import type { ChannelFiles } from '../../../src/conversations/channel-tools.ts'
import type { MediaKind, MediaPart } from '../../../src/conversations/message.ts'

type AlbumItem = InputMediaPhoto | InputMediaVideo | InputMediaAudio | InputMediaDocument

/** Most items of one album (core.telegram.org/bots/api#sendmediagroup). */
const albumLimit = 10

/** Kinds that may share an album; the others are sent alone. */
const albums: Partial<Record<MediaKind, 'visual' | 'audio' | 'document'>> = {
  image: 'visual',
  video: 'visual',
  audio: 'audio',
  document: 'document',
}

/** The address or reference of a file, or the file itself where we keep it: Telegram takes each in the same place. */
export function fileOf({ media, file, name }: MediaPart, files: ChannelFiles): string | InputFile {
  if (!('kept' in file)) return 'url' in file ? file.url : file.ref
  // Opened when the call is made.
  return new InputFile(async () => (await files.open(file.kept)).body, name ?? media)
}

/** Media in the groups in which they are sent: neighbours that may share an album together, at most ten, others alone. */
export function albumsOf(media: MediaPart[]): MediaPart[][] {
  const groups: MediaPart[][] = []
  for (const part of media) {
    const last = groups.at(-1)
    const kind = albums[part.media]
    const joins =
      kind !== undefined && last !== undefined && albums[last[0]!.media] === kind && last.length < albumLimit
    if (joins) last.push(part)
    else groups.push([part])
  }
  return groups
}

/** A part as an item of an album. */
export function albumItem(part: MediaPart, files: ChannelFiles): AlbumItem {
  const media = fileOf(part, files)
  const spoiler = part.spoiler ? { has_spoiler: true } : {}
  if (part.media === 'video') return { type: 'video', media, ...spoiler }
  if (part.media === 'audio') return { type: 'audio', media }
  return part.media === 'document' ? { type: 'document', media } : { type: 'photo', media, ...spoiler }
}

/** Whether Telegram shows a text under this kind of media. */
export function takesCaption(part: MediaPart): boolean {
  return part.media !== 'video_note' && part.media !== 'sticker'
}
