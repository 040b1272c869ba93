// Groups: making them, bringing people in, and what is said of them.

import { chats, isText } from './chats.js'
import { config, me, memory, modules, personOf, record, refuse, takeFault, Wid, wid } from './core.js'

/** What becomes of somebody who is brought in. */
function outcomeFor(id) {
  if (!personOf(id)) refuse(`bringing in ${id}, who has no WhatsApp`)
  return personOf(id).refusesGroups ? 403 : 200
}

let nextGroup = 120_363_000_000_001 + (memory.read().groups ?? []).length

async function createGroup({ title }, people) {
  if (!isText(title, 100)) refuse('a group without a title, or with one that is too long')
  for (const { phoneNumber } of people) {
    if (!(phoneNumber instanceof Wid) || phoneNumber.server !== 'c.us')
      refuse('a person without a number in a new group')
  }
  if (takeFault('group_refused')) throw new Error('ServerStatusCodeError 429')
  const id = `${nextGroup++}@g.us`
  const outcomes = people.map(({ phoneNumber }) => ({ wid: phoneNumber, code: outcomeFor(phoneNumber) }))
  const added = outcomes.filter(({ code }) => code === 200)
  const group = {
    id,
    title,
    creation: Math.floor(Date.now() / 1000),
    iAmAdmin: true,
    participants: [String(me.pn), ...added.map((outcome) => String(outcome.wid))],
  }
  chats.make(id, group)
  memory.write({ groups: [...(memory.read().groups ?? []), group] })
  record.done.push({ what: 'group', id, title, people: people.map(({ phoneNumber }) => String(phoneNumber)) })
  if (takeFault('group_unheard')) throw new Error('The connection to the server was closed')
  return {
    wid: wid(id),
    subject: title,
    participants: [
      { wid: me.pn, type: 'superadmin' },
      ...outcomes.map(({ wid: user, code }) => ({
        wid: user,
        ...(code === 200 ? {} : { error: code, invite_code: 'stub', invite_code_exp: 1 }),
      })),
    ],
  }
}

async function sendAddParticipantsRPC({ participantArgs, iqTo }) {
  const id = participantArgs[0].participantJid
  const code = outcomeFor(id)
  const group = chats.get(iqTo)?.groupMetadata
  if (!group?.iAmAdmin) refuse('bringing somebody into a group without being its admin')
  if (code === 200) group.participants.add(id)
  record.done.push({ what: 'add', chat: iqTo, id })
  const mixins = { name: 'ParticipantMixin', value: code === 200 ? {} : { error: String(code) } }
  return {
    name: 'AddParticipantsResponseSuccess',
    value: {
      addParticipant: [
        {
          addParticipantsParticipantAddedOrNonRegisteredWaUserParticipantErrorLidResponseMixinGroup: {
            value: { addParticipantsParticipantMixins: mixins },
          },
        },
      ],
    },
  }
}

for (const group of [...config.groups, ...(memory.read().groups ?? [])]) chats.make(group.id, group)

Object.assign(modules, {
  WAWebGroupCreateJob: { createGroup },
  WAWebGroupQueryJob: { queryAndUpdateGroupMetadataById: async () => undefined },
  WASmaxGroupsAddParticipantsRPC: { sendAddParticipantsRPC },
  WAWebModifyParticipantsGroupAction: {
    promoteParticipants: async (chat, participants) => {
      if (participants.length === 0) refuse('making an admin of somebody who is not in the group')
      record.done.push({ what: 'promote', chat: String(chat.id), people: participants.map(({ id }) => String(id)) })
    },
  },
  WAWebGroupModifyInfoJob: {
    setGroupDescription: async (chat, description) => {
      record.done.push({ what: 'description', chat: String(chat), description })
    },
  },
  WAWebMexFetchGroupInviteCodeJob: {
    fetchMexGroupInviteCode: async (chat) => ({ code: `Stub${wid(chat).user.slice(-4)}` }),
  },
})
