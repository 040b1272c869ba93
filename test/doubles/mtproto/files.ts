import { Long, type tl } from '@mtcute/core'
import { type Handler, refusal } from './schema.ts'
import type { World } from './world.ts'

/** Files in parts, both ways (core.telegram.org/api/files). */
export const fileHandlers: Record<string, Handler> = {
  'upload.saveFilePart': ({ fileId, filePart, bytes }: tl.upload.RawSaveFilePartRequest, world: World) =>
    savePart(world, fileId, filePart, bytes),
  'upload.saveBigFilePart': ({ fileId, filePart, bytes }: tl.upload.RawSaveBigFilePartRequest, world: World) =>
    savePart(world, fileId, filePart, bytes),
  'upload.getFile': ({ location, offset, limit }: tl.upload.RawGetFileRequest, world: World) => {
    if (!('fileReference' in location) || !('id' in location)) throw refusal('LOCATION_INVALID')
    const file = world.files.get(location.id.toString())
    if (!file) throw refusal('FILE_ID_INVALID')
    if (Buffer.from(location.fileReference).toString() !== 'fresh') throw refusal('FILE_REFERENCE_EXPIRED')
    const bytes = file.subarray(Number(offset), Number(offset) + limit)
    return { _: 'upload.file', type: { _: 'storage.fileUnknown' }, mtime: 0, bytes }
  },
}

/** What a message holds after it was sent so. */
export function mediaOf(media: tl.TypeInputMedia, world: World): tl.TypeMessageMedia {
  switch (media._) {
    case 'inputMediaUploadedPhoto':
      return photo(world, uploaded(world, media.file))
    case 'inputMediaUploadedDocument':
      return document(world, uploaded(world, media.file), media.mimeType, media.attributes)
    case 'inputMediaPhoto':
    case 'inputMediaDocument': {
      if (media.id._ !== 'inputPhoto' && media.id._ !== 'inputDocument') throw refusal('MEDIA_EMPTY')
      const file = world.files.get(media.id.id.toString())
      if (!file) throw refusal('MEDIA_EMPTY')
      return media._ === 'inputMediaPhoto' ? photo(world, file) : document(world, file, 'application/octet-stream', [])
    }
    case 'inputMediaGeoPoint':
      return { _: 'messageMediaGeo', geo: point(media.geoPoint) }
    case 'inputMediaGeoLive':
      return { _: 'messageMediaGeoLive', geo: point(media.geoPoint), period: media.period ?? 60 }
    case 'inputMediaVenue': {
      const { title, address, provider, venueId, venueType } = media
      return { _: 'messageMediaVenue', geo: point(media.geoPoint), title, address, provider, venueId, venueType }
    }
    case 'inputMediaContact': {
      const { phoneNumber, firstName, lastName, vcard } = media
      if (phoneNumber === '') throw refusal('CONTACT_ID_INVALID')
      return { _: 'messageMediaContact', phoneNumber, firstName, lastName, vcard, userId: 0 }
    }
    default:
      throw refusal('MEDIA_INVALID')
  }
}

export function photo(world: World, file: Uint8Array): tl.RawMessageMediaPhoto {
  const id = put(world, file)
  const base = { accessHash: Long.ONE, fileReference: Buffer.from('fresh'), date: world.now(), dcId: 2 }
  const sizes = [{ _: 'photoSize' as const, type: 'x', w: 800, h: 600, size: file.byteLength }]
  return { _: 'messageMediaPhoto', photo: { _: 'photo', id, ...base, sizes } }
}

export function document(
  world: World,
  file: Uint8Array,
  mimeType: string,
  attributes: tl.TypeDocumentAttribute[],
): tl.RawMessageMediaDocument {
  const id = put(world, file)
  const base = { accessHash: Long.ONE, fileReference: Buffer.from('fresh'), date: world.now(), dcId: 2 }
  return {
    _: 'messageMediaDocument',
    document: { _: 'document', id, ...base, mimeType, size: file.byteLength, attributes },
  }
}

function put(world: World, file: Uint8Array): Long {
  const id = Long.fromNumber(world.nextNumber())
  world.files.set(id.toString(), file)
  return id
}

function savePart(world: World, fileId: Long, part: number, bytes: Uint8Array): true {
  const upload = world.uploads.get(fileId.toString()) ?? new Map()
  world.uploads.set(fileId.toString(), upload)
  upload.set(part, bytes)
  return true
}

/** The bytes of an upload, if all of its parts have come. */
export function uploaded(world: World, file: tl.TypeInputFile): Uint8Array {
  if (file._ === 'inputFileStoryDocument') throw refusal('FILE_ID_INVALID')
  const upload = world.uploads.get(file.id.toString())
  if (!upload || upload.size !== file.parts) throw refusal('FILE_PARTS_INVALID')
  return Buffer.concat([...upload.entries()].toSorted(([a], [b]) => a - b).map(([, bytes]) => bytes))
}

function point(geo: tl.TypeInputGeoPoint): tl.TypeGeoPoint {
  if (geo._ !== 'inputGeoPoint') throw refusal('MEDIA_INVALID')
  return { _: 'geoPoint', lat: geo.lat, long: geo.long, accessHash: Long.ZERO }
}
