import { getContact } from '../../../contacts/get-contact.ts'
import { createTask } from '../../../crm/tasks/create-task.ts'
import { deleteTask } from '../../../crm/tasks/delete-task.ts'
import { doneTask } from '../../../crm/tasks/done-task.ts'
import { updateTask } from '../../../crm/tasks/update-task.ts'
import { optional, required } from '../function.ts'
import { field } from '../functions/origins.ts'
import type { CalculatorHost } from '../host.ts'
import type { CalculatorValue } from '../value.ts'
import { orElse } from './attempt.ts'
import { defineHostFunction, type HostFunction } from './define-host-function.ts'
import { numberGiven } from './numbers-given.ts'

const fields = {
  date_srok: optional('text', 'The day by which it is to be done, `dd.mm.yyyy` or `yyyy-mm-dd`.', ''),
  description: optional('text', 'What else there is to say.', ''),
  time_srok: optional('text', "The time of that day, `HH:MM`, in the project's time zone.", ''),
}
const taskId = required('any', 'The number of the task, which `create_task` gave.')

/** What scripts give operators to do. */
export const taskFunctions: readonly HostFunction[] = [
  defineHostFunction({
    name: 'create_task',
    group: 'tasks',
    summary:
      'Makes a task about the client and their current order. The operator is reminded when it is due. A day without a time ' +
      'means its last minute, a time without a day means today.',
    parameters: {
      email: required(
        'text',
        'The e-mail of the operator who is to do it. Empty: whoever the order or the client is of.',
      ),
      name: required('text', 'What is to be done.'),
      ...fields,
    },
    returns:
      'The number of the task; None when it cannot be made: an unknown operator, no name, no readable date or time.',
    examples: [
      { source: "task_id = create_task('anna@example.com', 'Call back', '22.01.2027', 'About the car', '08:00')" },
    ],
    knownFrom: field,
    changes: true,
    call: ({ email, ...given }, { host }) =>
      orElse<CalculatorValue>(null, failures, async () => {
        const { tx, work } = host
        const contactId = host.contactId()
        const deal = (await host.currentDeal())?.deal
        const task = await createTask(tx, work, {
          ...written(given),
          name: given.name,
          ...(email.trim() ? { responsibleEmail: email.trim() } : { responsibleId: await usualOperator(host) }),
          contactId,
          dealId: deal?.id,
        })
        return task.id
      }),
  }),
  defineHostFunction({
    name: 'update_task',
    group: 'tasks',
    summary: 'Changes what is given of a task; what is empty or absent stays.',
    parameters: {
      task_id: taskId,
      email: optional('text', 'The e-mail of the operator who is to do it.', ''),
      name: optional('text', 'What is to be done.', ''),
      ...fields,
    },
    returns: 'True; False when there is no such task or operator, or the date or time cannot be read.',
    examples: [{ source: 'update_task(task_id, time_srok="18:30")' }],
    knownFrom: field,
    changes: true,
    call: ({ task_id, email, ...given }, { host }) =>
      changeTask(task_id, (id) =>
        updateTask(host.tx, host.work, {
          taskId: id,
          ...written(given),
          ...(email.trim() && { responsibleEmail: email.trim() }),
        }),
      ),
  }),
  defineHostFunction({
    name: 'done_task',
    group: 'tasks',
    summary: 'Notes that a task was done.',
    parameters: { task_id: taskId },
    returns: 'True, also when it was done before; False when there is no such task.',
    examples: [{ source: 'done_task(task_id)' }],
    knownFrom: field,
    changes: true,
    call: ({ task_id }, { host }) => changeTask(task_id, (id) => doneTask(host.tx, host.work, { taskId: id })),
  }),
  defineHostFunction({
    name: 'delete_task',
    group: 'tasks',
    summary: 'Removes a task with its reminders.',
    parameters: { task_id: taskId },
    returns: 'True; False when there is no such task.',
    examples: [{ source: 'status = delete_task(task_id)' }],
    knownFrom: field,
    changes: true,
    call: ({ task_id }, { host }) => changeTask(task_id, (id) => deleteTask(host.tx, host.work, { taskId: id })),
  }),
]

/** Why a task cannot be made or changed: a script then goes on. */
const failures = ['invalid', 'not_found', 'conflict', 'unsupported'] as const

async function changeTask(task: CalculatorValue, change: (id: number) => Promise<unknown>): Promise<boolean> {
  const id = numberGiven(task)
  if (id === undefined) return false
  return orElse(false, failures, async () => {
    await change(id)
    return true as boolean
  })
}

/** What was written of a task; what is empty is left out. */
function written(given: { name: string; date_srok: string; description: string; time_srok: string }) {
  return {
    ...(given.name.trim() && { name: given.name }),
    ...(given.date_srok.trim() && { dueAt: given.date_srok }),
    ...(given.description.trim() && { description: given.description }),
    ...(given.time_srok.trim() && { dueTime: given.time_srok }),
  }
}

/** Whoever is responsible for the order, else for the client. */
async function usualOperator(host: CalculatorHost): Promise<number | null> {
  const deal = (await host.currentDeal())?.deal
  return deal?.responsibleId ?? (await getContact(host.tx, host.work.projectId, host.contactId())).responsibleId
}
