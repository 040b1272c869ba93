import type { Client, MessageMedia, MessageSendOptions } from 'whatsapp-web.js'
import { AppError } from '../../../../src/platform/errors.ts'
import type { Engine, EngineFile, EngineMessage, EngineSend, UserIds } from '../engine.ts'
import { plainId } from '../ids.ts'
import type { RawMessage } from './raw.ts'
import { readMessage } from './read-message.ts'

/** Asks something of the running client. */
export type Call = <T>(doing: string, work: (client: Client) => Promise<T>, timeoutMs?: number) => Promise<T>

type MessageCalls = Pick<
  Engine,
  'send' | 'edit' | 'revoke' | 'typing' | 'download' | 'registered' | 'titleOf' | 'pictureOf' | 'since'
>

/** How long an upload or a download may take, in milliseconds. */
const transferMs = 180_000
/** How many messages of one chat are looked through for what came while nobody listened. */
const caughtUp = 50

/** All that is done with chats and messages. */
export function messageCalls(call: Call, me: () => Promise<UserIds>): MessageCalls {
  return {
    async send(chat, what) {
      const { default: library } = await import('whatsapp-web.js')
      const timeoutMs = what.what === 'media' ? transferMs : undefined
      const sent = await call(
        `sending ${what.what} to ${chat}`,
        (client) => client.sendMessage(chat, contentOf(what, library), optionsOf(what)),
        timeoutMs,
      )
      const id = (sent as { id?: { _serialized?: string } } | undefined)?.id?._serialized
      if (id === undefined) throw new AppError('not_found', `WhatsApp knows no chat ${chat}.`)
      return id
    },

    async edit(messageId, text, mentions) {
      const edited = await call('editing a message', async (client) => {
        const message = await client.getMessageById(messageId)
        if (!message) throw new AppError('not_found', `WhatsApp knows no message ${messageId}.`)
        return message.edit(text, { mentions, linkPreview: false })
      })
      if (!edited) {
        throw new AppError(
          'invalid',
          'WhatsApp does not let this message be edited: only our own texts and captions can be, for 15 minutes.',
        )
      }
    },

    revoke: (messageId) =>
      call('taking a message back', async (client) => {
        const message = await client.getMessageById(messageId)
        if (!message) throw new AppError('not_found', `WhatsApp knows no message ${messageId}.`)
        await message.delete(true)
      }),

    typing: (chat) =>
      call(`typing in ${chat}`, async (client) => {
        await (await client.getChatById(chat))?.sendStateTyping()
      }),

    download: (messageId) =>
      call(
        'fetching a file',
        async (client) => {
          const message = await client.getMessageById(messageId)
          return message?.hasMedia ? fileOf(await message.downloadMedia()) : undefined
        },
        transferMs,
      ),

    async registered(user) {
      const found = await call(`looking for ${user}`, (client) => client.getNumberId(user))
      return found ? plainId(found._serialized) : undefined
    },

    titleOf: (chat) => call(`asking what ${chat} is called`, async (client) => (await client.getChatById(chat))?.name),

    pictureOf: (user) =>
      call('asking for a picture', async (client) => (await client.getProfilePicUrl(user)) ?? undefined),

    async since(moment) {
      const ids = await me()
      const raws = await call('looking for what was missed', async (client) => {
        const chats = await client.getChats()
        const found: RawMessage[] = []
        for (const chat of chats) {
          if (!(chat.timestamp * 1000 >= moment.getTime())) continue
          const messages = await chat.fetchMessages({ limit: caughtUp, fromMe: false })
          found.push(...messages.map((message) => message.rawData as RawMessage))
        }
        return found
      })
      return raws
        .map((raw) => readMessage(raw, ids))
        .filter((message): message is EngineMessage => typeof message === 'object' && message.at >= moment)
        .toSorted((a, b) => a.at.getTime() - b.at.getTime())
    },
  }
}

type Library = typeof import('whatsapp-web.js')

function contentOf(what: EngineSend, library: Library) {
  switch (what.what) {
    case 'text':
      return what.text
    case 'card':
      return what.vcard
    case 'location': {
      const { title: name, address } = what
      return new library.Location(what.latitude, what.longitude, { ...(name && { name }), ...(address && { address }) })
    }
    case 'media':
      return mediaOf(what.file, library)
  }
}

/** A file in the library's form: base64. */
export function mediaOf({ data, mime, name }: EngineFile, library: Library): MessageMedia {
  return new library.MessageMedia(mime, Buffer.from(data).toString('base64'), name ?? 'file', data.byteLength)
}

function fileOf(media: MessageMedia | undefined): EngineFile | undefined {
  if (!media?.data) return undefined
  return {
    data: Buffer.from(media.data, 'base64'),
    mime: media.mimetype.split(';')[0] ?? media.mimetype,
    ...(media.filename && { name: media.filename }),
  }
}

function optionsOf(what: EngineSend): MessageSendOptions {
  const options: MessageSendOptions = {
    // Looking up what a link leads to takes long and fails often.
    linkPreview: false,
    sendSeen: true,
    ...(what.quoted !== undefined && { quotedMessageId: what.quoted }),
    ...(what.mentions !== undefined && what.mentions.length > 0 && { mentions: what.mentions }),
  }
  if (what.what !== 'media') return options
  const { mime } = what.file
  return {
    ...options,
    ...(what.caption && { caption: what.caption }),
    ...(what.media === 'voice' && mime.startsWith('audio/') && { sendAudioAsVoice: true }),
    ...(what.media === 'animation' && mime.startsWith('video/') && { sendVideoAsGif: true }),
    ...(what.media === 'sticker' && mime.startsWith('image/') && { sendMediaAsSticker: true }),
    ...(goesAsDocument(what.media, mime) && { sendMediaAsDocument: true }),
  }
}

/** What WhatsApp would refuse, or show as a still picture, goes as a file. */
function goesAsDocument(media: Extract<EngineSend, { what: 'media' }>['media'], mime: string): boolean {
  const [type] = mime.split('/')
  if (media === 'document' || mime === 'image/gif') return media !== 'sticker'
  const needed = { image: 'image', sticker: 'image', audio: 'audio', voice: 'audio' }[media as string] ?? 'video'
  return type !== needed
}
