import type { Client, GroupChat } from 'whatsapp-web.js'
import { AppError } from '../../../../src/platform/errors.ts'
import type { Engine } from '../engine.ts'
import { plainId } from '../ids.ts'
import { type Call, mediaOf } from './messages.ts'
import { textOf } from './raw.ts'

type GroupCalls = Pick<
  Engine,
  'createGroup' | 'findGroup' | 'addToGroup' | 'promote' | 'describe' | 'setPicture' | 'inviteLink'
>

/** A group needs many answers of WhatsApp: for each person one. Milliseconds. */
const groupMs = 120_000

/** All that is done with groups. Outcomes are WhatsApp's numbers: 200 for done, 403 for one who lets nobody bring them in. */
export function groupCalls(call: Call): GroupCalls {
  return {
    createGroup: (title, users) =>
      call(
        'making a group',
        async (client) => {
          // Who cannot be added is told; the caller decides how that person gets the link.
          const made = await client.createGroup(title, users, { autoSendInviteV4: false })
          if (typeof made === 'string') throw new AppError('unavailable', `WhatsApp made no group: ${made}`)
          const outcomes: Record<string, number> = {}
          for (const [id, { statusCode }] of Object.entries(made.participants))
            outcomes[plainId(id)] = Number(statusCode)
          return { chat: textOf(made.gid as never), outcomes }
        },
        groupMs,
      ),

    findGroup: (title, since) =>
      call(
        'looking for the group',
        async (client) => {
          const chats = await client.getChats()
          const found = chats.find((chat) => isOurs(chat as GroupChat, title, since))
          return found?.id._serialized
        },
        groupMs,
      ),

    addToGroup: (chat, user) =>
      call('adding somebody to a group', async (client) => {
        const group = await groupOf(client, chat)
        const answer = await group.addParticipants([user], { autoSendInviteV4: false, sleep: 0 })
        if (typeof answer === 'string') throw new AppError('forbidden', `WhatsApp added nobody: ${answer}`)
        const [outcome] = Object.values(answer)
        return Number(outcome?.code ?? 500)
      }),

    promote: (chat, user) =>
      call('making somebody an admin', async (client) => {
        await (await groupOf(client, chat)).promoteParticipants([user])
      }),

    describe: (chat, description) =>
      call('describing a group', async (client) => {
        const group = await groupOf(client, chat)
        if (!(await group.setDescription(description))) refuse('the description')
      }),

    setPicture: (chat, picture) =>
      call('giving a group its picture', async (client) => {
        const { default: library } = await import('whatsapp-web.js')
        const group = await groupOf(client, chat)
        if (!(await group.setPicture(mediaOf(picture, library)))) refuse('the picture')
      }),

    inviteLink: (chat) =>
      call('asking for the link of a group', async (client) => {
        const code = await (await groupOf(client, chat)).getInviteCode()
        return code ? `https://chat.whatsapp.com/${code}` : undefined
      }),
  }
}

async function groupOf(client: Client, chat: string): Promise<GroupChat> {
  const group = await client.getChatById(chat)
  if (!group?.isGroup) throw new AppError('not_found', `WhatsApp knows no group ${chat}.`)
  return group as GroupChat
}

/** The page tells when a group was made, in seconds. */
function isOurs(chat: GroupChat, title: string, since: Date): boolean {
  const { creation } = (chat as unknown as { groupMetadata?: { creation?: number } }).groupMetadata ?? {}
  return chat.isGroup && chat.name === title && creation !== undefined && (creation + 1) * 1000 >= since.getTime()
}

function refuse(what: string): never {
  throw new AppError('forbidden', `WhatsApp refused ${what} of the group.`)
}
