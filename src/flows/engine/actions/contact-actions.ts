import { addLabels } from '../../../contacts/add-labels.ts'
import { addNote } from '../../../contacts/add-note.ts'
import { removeLabels } from '../../../contacts/remove-labels.ts'
import { updateContact } from '../../../contacts/update-contact.ts'
import type { Actions } from '../../actions.ts'
import { append, keepContact, merge, type Step } from './step.ts'

/** What a step does to the contact. */
export function contactActions(step: Step): Pick<Actions, 'setContact' | 'addLabels' | 'removeLabels' | 'addNote'> {
  const { context, state, record, work } = step
  const { tx } = context
  return {
    async setContact(fields, attributes) {
      await step.guardContact()
      const contactId = step.contactId()
      const contact = await updateContact(tx, work, { contactId, fields, attributes, defineMissing: true })
      keepContact(context, contact)
      merge(record, 'contact', { ...fields, ...attributes })
    },
    async addLabels(labels) {
      await step.guardContact()
      keepContact(context, await addLabels(tx, work, { contactId: step.contactId(), labels }))
      append(record, 'labelsAdded', ...labels)
    },
    async removeLabels(labels) {
      await step.guardContact()
      keepContact(context, await removeLabels(tx, work, { contactId: step.contactId(), labels }))
      append(record, 'labelsRemoved', ...labels)
    },
    async addNote(text) {
      await step.guard()
      await addNote(tx, work, {
        contactId: step.contactId(),
        conversationId: state.run.conversationId,
        dealId: state.deal?.deal.id,
        text,
      })
      append(record, 'notes', text)
    },
  }
}
