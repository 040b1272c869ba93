import { findByIdentities } from '../../../contacts/contacts.store.ts'
import { readIdentities } from '../../../contacts/identity.ts'
import { findChannelByName } from '../../../conversations/channels/channels.store.ts'
import type { Channel } from '../../../conversations/conversation.ts'
import type { OutboundPart } from '../../../conversations/message.ts'
import { AppError } from '../../../platform/errors.ts'
import type { Actions } from '../../actions.ts'
import { createEmailSubscriber } from '../../create-email-subscriber.ts'
import { findEmailTemplateByName } from '../../email-templates/email-templates.store.ts'
import { emailDialogueOf, say } from '../dialogue.ts'
import { append, keepContact, type Step } from './step.ts'

/** What a step does by e-mail. */
export function emailActions(step: Step): Pick<Actions, 'createEmailSubscriber' | 'readEmailTemplate' | 'sendEmail'> {
  const { context, state, blockId, record, work } = step
  const { tx } = context

  /** A channel that is not open may be a mailbox: what it is to send waits until it is. */
  async function mailbox(name: string): Promise<Channel> {
    const channel = await findChannelByName(tx, work.projectId, name)
    if (!channel) throw new AppError('not_found', `There is no channel "${name}" in this project.`)
    const can = context.channels.capabilities(channel.id, 'email')
    if (!can || can.email) return channel
    throw new AppError('unsupported', `The channel "${name}" cannot send e-mails; expected one that can.`)
  }

  /** The address in the spelling it is kept in; what is none is traced. */
  function addressIn(text: string): string | undefined {
    const [identity] = readIdentities([{ kind: 'email', value: text }], '').identities
    if (!identity) {
      const what = text.trim() === '' ? 'There is no e-mail address' : `"${text.slice(0, 100)}" is no e-mail address`
      record.invalid = `${what}; expected one such as anna@example.com.`
    }
    return identity?.value
  }

  return {
    async createEmailSubscriber({ channel, email, flow }) {
      const address = addressIn(email)
      if (address === undefined) return false
      const { name } = await mailbox(channel)
      await step.guardContact()
      const contactId = step.contactId()
      const made = await createEmailSubscriber(tx, work, { contactId, email: address, channel: name, flow })
      keepContact(context, made.subscriber)
      append(record, 'subscribers', {
        email: address,
        channel: name,
        contactId: made.subscriber.id,
        flow: made.flow.name,
        isNew: made.isNew,
      })
      return true
    },
    async readEmailTemplate(name) {
      const template = await findEmailTemplateByName(tx, work.projectId, name)
      if (!template) throw new AppError('not_found', `There is no e-mail template "${name}" in this project.`)
      return template
    },
    async sendEmail({ channel: name, to, letter, attachments }) {
      const email = addressIn(to)
      if (email === undefined) return false
      const channel = await mailbox(name)
      await step.guard()
      const { subject, text, entities, html } = letter
      const parts: OutboundPart[] = [
        { type: 'email', ...(subject !== '' && { subject }), ...(html !== '' && { html }), to: [email] },
        ...attachments,
      ]
      // Whoever has the address is written to, which may be another card of the same person.
      const owner = await findByIdentities(tx, work.projectId, [{ kind: 'email', value: email }])
      const contactId = owner?.contact.id ?? step.contactId()
      const dialogue = await emailDialogueOf(context, { contactId, channel, email })
      say(
        context,
        dialogue,
        { runId: state.run.id, blockId },
        { text, ...(entities.length > 0 && { entities }), parts },
        false,
      )
      append(record, 'emails', { channel: name, to: email, subject, conversationId: dialogue.conversation.id })
      return true
    },
  }
}
