import { DateTime } from 'luxon'
import type { Contact } from '../../contacts/contact.ts'
import type { Deal } from '../deal.ts'
import type { Task } from './task.ts'

/** A longer description is cut: the task itself holds all of it. */
const mostOfDescription = 1000

/** What an operator is told of a task, without words of any language beside those that people wrote. */
export function reminderText(
  task: Pick<Task, 'name' | 'description' | 'dueAt'>,
  about: { contact: Contact | undefined; deal: Deal | undefined; timeZone: string },
): string {
  const { contact, deal } = about
  const due = task.dueAt && DateTime.fromJSDate(task.dueAt, { zone: about.timeZone }).toFormat('dd.MM.yyyy HH:mm')
  const person = contact && [nameOf(contact), contact.phone].filter(Boolean).join(', ')
  return [
    ['⏰', due, task.name].filter(Boolean).join(' '),
    person && `👤 ${person}`,
    deal && `#${deal.number} ${deal.name}`,
    task.description?.slice(0, mostOfDescription),
  ]
    .filter(Boolean)
    .join('\n')
}

function nameOf({ firstName, lastName, username }: Contact): string {
  return [firstName, lastName].filter(Boolean).join(' ') || (username ?? '')
}
