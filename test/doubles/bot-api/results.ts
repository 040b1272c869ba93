import type { Account, DoubleMessage } from './account.ts'
import { badRequest } from './refusal.ts'
import { answersTrue, type Params } from './validate.ts'

/** What a file is called in a message, by the parameter that sends it. */
const mediaFields: Record<string, { field: string; extra: Params }> = {
  photo: { field: 'photo', extra: {} },
  video: { field: 'video', extra: { width: 640, height: 480, duration: 5 } },
  audio: { field: 'audio', extra: { duration: 5 } },
  voice: { field: 'voice', extra: { duration: 5 } },
  video_note: { field: 'video_note', extra: { length: 240, duration: 5 } },
  animation: { field: 'animation', extra: { width: 320, height: 240, duration: 2 } },
  document: { field: 'document', extra: {} },
  sticker: {
    field: 'sticker',
    extra: { type: 'regular', width: 512, height: 512, is_animated: false, is_video: false },
  },
}

/** Does a checked call: changes the account's messages and gives what the vendor would answer. */
export function perform(account: Account, method: string, params: Params): unknown {
  switch (method) {
    case 'getMe':
      return account.me
    case 'getFile':
      return fileOf(params.file_id)
    case 'getUserProfilePhotos':
      return picturesOf(account, Number(params.user_id))
    case 'createForumTopic':
      return createTopic(account, params)
    case 'sendMediaGroup':
      return sendAlbum(account, params)
    case 'editMessageText':
      return edit(account, params, 'text')
    case 'editMessageCaption':
    case 'editMessageMedia':
    case 'editMessageReplyMarkup':
    case 'editMessageLiveLocation':
      return edit(account, params)
    case 'sendChatAction':
      return true
    case 'deleteMessage':
      if (!account.forget(params.chat_id, params.message_id)) throw badRequest('message to delete not found')
      return true
    case 'deleteMessages':
      for (const id of params.message_ids as number[]) account.forget(params.chat_id, id)
      return true
  }
  if (/^(send|forwardMessage$)/.test(method)) return send(account, params)
  if (method === 'copyMessage') return { message_id: send(account, params).message_id }
  if (method === 'getChat') return account.chat(params.chat_id)
  return answersTrue(method) ? true : {}
}

/** A topic has the number of the message that tells of it. */
function createTopic(account: Account, { chat_id, name }: Params): unknown {
  const chat = account.chat(chat_id)
  if (chat.type !== 'supergroup') throw badRequest('the chat is not a forum')
  if (String(name).length < 1 || String(name).length > 128) throw badRequest('TOPIC_TITLE_EMPTY')
  return { message_thread_id: account.nextMessageId(chat.id), name, icon_color: 7322096 }
}

function sendAlbum(account: Account, params: Params): DoubleMessage[] {
  const albumId = `album-${Math.random().toString(36).slice(2)}`
  return (params.media as Params[]).map((item) => {
    const message = send(account, { ...params, ...item, [`${item.type}`]: item.media })
    message.media_group_id = albumId
    return message
  })
}

function send(account: Account, params: Params): DoubleMessage {
  const chat = account.chat(params.chat_id)
  if (account.lostTopics.has(`${params.chat_id}/${params.message_thread_id}`))
    throw badRequest('message thread not found')
  const message: DoubleMessage = {
    message_id: 0,
    from: account.me,
    chat,
    date: Math.floor(Date.now() / 1000),
  }
  if (params.message_thread_id !== undefined) {
    Object.assign(message, { message_thread_id: params.message_thread_id, is_topic_message: true })
  }
  const reply = params.reply_parameters as { message_id?: number; allow_sending_without_reply?: boolean } | undefined
  if (reply !== undefined) {
    const replied = account.message(params.chat_id, reply.message_id)
    if (replied !== undefined) message.reply_to_message = { ...replied, reply_to_message: undefined }
    else if (!reply.allow_sending_without_reply) throw badRequest('message to be replied not found')
  }
  fillContent(message, params)
  message.message_id = account.nextMessageId(chat.id)
  account.keep(message)
  return message
}

function edit(account: Account, params: Params, needed?: 'text'): DoubleMessage | true {
  if (params.inline_message_id !== undefined) return true
  const old = account.message(params.chat_id, params.message_id)
  if (old === undefined) throw badRequest('message to edit not found')
  if (needed !== undefined && old[needed] === undefined) throw badRequest('there is no text in the message to edit')
  const edited: DoubleMessage = { ...old, edit_date: Math.floor(Date.now() / 1000) }
  if (params.reply_markup === undefined) delete edited.reply_markup
  const { media, ...others } = params as { media?: Params }
  fillContent(edited, media === undefined ? others : { ...others, ...media, [String(media.type)]: media.media })
  if (JSON.stringify({ ...edited, edit_date: 0 }) === JSON.stringify({ ...old, edit_date: 0 })) {
    throw badRequest(
      'message is not modified: specified new message content and reply markup are exactly the same as a current ' +
        'content and reply markup of the message',
    )
  }
  account.keep(edited)
  return edited
}

function fillContent(message: DoubleMessage, params: Params): void {
  for (const key of ['text', 'entities', 'caption', 'caption_entities', 'dice']) {
    if (params[key] !== undefined) message[key] = params[key]
  }
  for (const key of ['entities', 'caption_entities']) {
    const given = params[key] as unknown[] | undefined
    if (given?.length === 0 || (given === undefined && params.text !== undefined)) delete message[key]
  }
  const markup = params.reply_markup as Params | undefined
  if (markup?.inline_keyboard !== undefined) message.reply_markup = markup
  for (const key in mediaFields) {
    if (typeof params[key] === 'string' || params[key] instanceof File) fillMedia(message, key, params[key])
  }
  if (params.latitude !== undefined) fillPlace(message, params)
  if (params.phone_number !== undefined) {
    const { phone_number, first_name, last_name, vcard } = params
    message.contact = { phone_number, first_name, last_name, vcard }
  }
  if (params.question !== undefined) {
    message.poll = { id: String(message.message_id), question: params.question, options: params.options }
  }
}

function fillPlace(message: DoubleMessage, params: Params): void {
  const location = { latitude: params.latitude, longitude: params.longitude, live_period: params.live_period }
  message.location = location
  if (params.address !== undefined) message.venue = { location, title: params.title, address: params.address }
}

/** A file sent by its reference keeps it; one sent by address or uploaded gets a new one. */
function fillMedia(message: DoubleMessage, key: string, source: unknown): void {
  const media = mediaFields[key]
  if (media === undefined) return
  const byReference = typeof source === 'string' && !/^(https?|attach):\/\//.test(source)
  const fileId = byReference ? source : `file-${Math.random().toString(36).slice(2)}`
  const file = { file_id: fileId, file_unique_id: `unique-${fileId}`, file_size: 1024, ...media.extra }
  message[media.field] =
    key === 'photo'
      ? [
          { ...file, file_id: `${fileId}-s`, width: 90, height: 60 },
          { ...file, width: 800, height: 600 },
        ]
      : file
}

function picturesOf(account: Account, userId: number): unknown {
  const file_id = account.pictures.get(userId)
  if (file_id === undefined) return { total_count: 0, photos: [] }
  const size = (id: string, width: number) => ({ file_id: id, file_unique_id: `unique-${id}`, width, height: width })
  return { total_count: 1, photos: [[size(`${file_id}-s`, 160), size(file_id, 640)]] }
}

function fileOf(fileId: unknown): unknown {
  return {
    file_id: fileId,
    file_unique_id: `unique-${fileId}`,
    file_size: 1024,
    file_path: `files/${encodeURIComponent(String(fileId))}`,
  }
}
