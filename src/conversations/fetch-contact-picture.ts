import { contactName } from '../contacts/contact.ts'
import { getContact } from '../contacts/get-contact.ts'
import { contactIdentities } from '../contacts/people.store.ts'
import type { Queryable } from '../platform/database/database.ts'
import { AppError } from '../platform/errors.ts'
import type { ChannelAdapter } from './channel.ts'
import { readEnabledChannels } from './dialogues.store.ts'
import { fileAnswer } from './fetch-message-file.ts'

/**
 * The picture of a contact as an answer: the address that somebody set or its site told, else what the first channel that
 * knows the person shows of them. Throws `not_found`.
 */
export async function fetchContactPicture(
  db: Queryable,
  projectId: number,
  input: { contactId: number },
  adapterOf: (channelId: number) => Promise<ChannelAdapter>,
): Promise<Response> {
  const contact = await getContact(db, projectId, input.contactId)
  if (contact.picture) return new Response(null, { status: 302, headers: { location: contact.picture } })
  const identities = await contactIdentities(db, contact.id)
  let failure: unknown
  for (const { id } of await readEnabledChannels(db, projectId)) {
    try {
      const file = await (await adapterOf(id)).fetchPicture?.(identities)
      if (file) return fileAnswer(file, file.mime ?? 'image/jpeg', `contact-${contact.id}.jpg`)
    } catch (error) {
      // Another channel may show one.
      failure ??= error
    }
  }
  throw failure ?? new AppError('not_found', `No channel shows a picture of ${contactName(contact)}.`)
}
