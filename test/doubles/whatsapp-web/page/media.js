// Files: what is uploaded when one is sent, and given back when one is fetched.

import { modules, refuse } from './core.js'

export const files = new Map()

export async function hashOf(blob) {
  const digest = await crypto.subtle.digest('SHA-256', await blob.arrayBuffer())
  return btoa(String.fromCharCode(...new Uint8Array(digest)))
}

class OpaqueData {
  constructor(blob, type) {
    this.blob = blob
    this.type = type
  }
  static async createFromData(blob, type) {
    return new OpaqueData(blob, type)
  }
  url() {
    return 'blob:stub'
  }
  formData() {
    return this.blob
  }
  autorelease() {}
}

function typeOf(mime, { asDocument, isPtt, asGif }) {
  const [kind] = mime.split('/')
  if (asDocument || !['image', 'video', 'audio'].includes(kind)) return { type: 'document' }
  if (kind === 'audio') return { type: isPtt ? 'ptt' : 'audio' }
  return { type: kind, isGif: asGif === true }
}

class MediaData {
  constructor(fields) {
    Object.assign(this, fields)
  }
  set(fields) {
    Object.assign(this, fields)
  }
  toJSON() {
    const { mediaBlob: _, ...fields } = this
    return fields
  }
}

async function prepare(opaque, params) {
  const { blob } = opaque
  if (blob.size === 0) refuse('an empty file')
  const filehash = await hashOf(blob)
  files.set(filehash, blob)
  return new MediaData({
    ...typeOf(opaque.type, params),
    filehash,
    mimetype: opaque.type,
    mediaBlob: opaque,
    filename: params.asDocument ? blob.name : undefined,
    preview: 'AAAA',
  })
}

const mediaObjects = new Map()

Object.assign(modules, {
  WAWebMediaOpaqueData: OpaqueData,
  WAWebPrepRawMedia: { prepRawMedia: (opaque, params) => ({ waitForPrep: () => prepare(opaque, params) }) },
  WAWebMediaStorage: {
    getOrCreateMediaObject(filehash) {
      const object = { filehash, size: files.get(filehash)?.size, contentInfo: {}, consolidate: () => undefined }
      mediaObjects.set(filehash, object)
      return object
    },
  },
  WAWebMmsMediaTypes: { msgToMediaType: ({ type }) => type, castToV4: (type) => type },
  WAWebMediaDataUtils: { shouldUseMediaCache: () => false },
  WAWebMediaMmsV4Upload: {
    uploadMedia: async ({ mediaObject }) => ({
      mediaEntry: {
        mmsUrl: 'https://mmg.whatsapp.net/stub',
        directPath: `/stub/${mediaObject.filehash}`,
        mediaKey: 'key',
      },
    }),
  },
  WAWebUploadManager: {
    encryptAndUpload: async ({ blob, type }) => {
      if (type !== 'sticker' || blob.type !== 'image/webp') refuse('a sticker that is no WebP')
      return { url: 'https://mmg.whatsapp.net/stub', directPath: '/stub/sticker', mimetype: blob.type }
    },
  },
  WAWebStartMediaUploadQpl: { startMediaUploadQpl: () => ({}) },
  WAWebImageUtils: { toWebpSticker: async (file) => new Blob([await file.arrayBuffer()], { type: 'image/webp' }) },
  WAWebDownloadManager: {
    downloadManager: {
      async downloadAndMaybeDecrypt({ filehash }) {
        const blob = files.get(filehash)
        if (!blob) throw Object.assign(new Error('Media is gone'), { status: 404 })
        return blob.arrayBuffer()
      },
    },
  },
})
