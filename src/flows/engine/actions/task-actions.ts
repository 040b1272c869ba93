import { getContact } from '../../../contacts/get-contact.ts'
import { addToSalesPlan } from '../../../crm/sales-plans/add-to-sales-plan.ts'
import { createTask } from '../../../crm/tasks/create-task.ts'
import { doneTask } from '../../../crm/tasks/done-task.ts'
import type { Actions } from '../../actions.ts'
import { append, type Step } from './step.ts'

/** What a step gives operators to do, and which sales plans it adds the contact to. */
export function taskActions(step: Step): Pick<Actions, 'createTask' | 'doneTask' | 'addToSalesPlan'> {
  const { context, state, record, work } = step
  const { tx } = context

  /** The deal, if it is the contact's: in a group the one who wrote may be another. */
  const subject = () => {
    const contactId = step.contactId()
    const deal = state.deal?.deal
    return { contactId, dealId: deal?.contactId === contactId ? deal.id : undefined }
  }
  /** Whoever is responsible for the deal, else for the contact. */
  const usualResponsible = async (): Promise<number | null> =>
    state.deal?.deal.responsibleId ?? (await getContact(tx, work.projectId, step.contactId())).responsibleId

  return {
    async createTask(input) {
      await step.guard()
      const responsible = input.responsibleEmail === undefined ? { responsibleId: await usualResponsible() } : {}
      const task = await createTask(tx, work, { ...input, ...responsible, ...subject() })
      append(record, 'tasks', { id: task.id, name: task.name, dueAt: task.dueAt, responsibleId: task.responsibleId })
      return task
    },
    async doneTask(taskId) {
      await step.guard()
      await doneTask(tx, work, { taskId })
      append(record, 'tasksDone', taskId)
    },
    async addToSalesPlan(plan) {
      await step.guard()
      await addToSalesPlan(tx, work, { plan, ...subject() })
      append(record, 'salesPlans', plan)
    },
  }
}
