import type { CrmEntity } from '../../../../src/sync/crm.ts'
import { crmContract } from '../../../contracts/crm/crm.ts'
import type { CrmFault, CrmHarness } from '../../../contracts/crm/harness.ts'
import type { AmocrmDouble } from '../../../doubles/amocrm/amocrm.ts'
import type { Fault } from '../../../doubles/amocrm/faults.ts'
import { hookRequest, startAccount, toldOf } from './account.ts'

const faults: Record<CrmFault, Fault> = {
  rate_limit: { kind: 'status', status: 429, when: 'before' },
  drop: { kind: 'drop', when: 'before' },
  lost: { kind: 'drop', when: 'after' },
  hang: { kind: 'hang', when: 'before' },
  unauthenticated: { kind: 'status', status: 401, when: 'before' },
}

crmContract({
  name: 'amocrm',
  cannot: { connections: 'its requests go through the guarded client of the program, which keeps the connections' },
  make: async (): Promise<CrmHarness> => {
    const { double, adapter, context, stop } = await startAccount()
    return {
      adapter,
      clock: context.clock,
      rename: (entity, id, text) => toldOf(double, () => rename(double, entity, Number(id), text)),
      remove: (entity, id) => toldOf(double, () => remove(double, entity, Number(id))),
      async addNote(on, text) {
        let id = 0
        const requests = await toldOf(double, () => {
          id = double.addNote(on.entity === 'deal' ? 'leads' : 'contacts', Number(on.id), text).id
        })
        return { id: String(id), requests }
      },
      forge: () =>
        hookRequest('contacts[update][0][id]=1&contacts[update][0][type]=contact&account[subdomain]=another'),
      fail: (fault) => double.inject(faults[fault]),
      badDeal: () => ({ stage: `${double.account.pipelines[0]!.id}/1` }),
      count: (entity) => counts[entity](double),
      hooks: () => [...double.hooks.subscriptions.keys()],
      refused: () => double.refused(),
      connections: () => double.connections(),
      stop,
    }
  },
})

const counts: Record<CrmEntity, (double: AmocrmDouble) => number> = {
  deal: (double) => double.leads().length,
  contact: (double) => double.contacts().length,
  note: (double) => double.account.notes.size,
  task: (double) => double.account.tasks.size,
}

function rename(double: AmocrmDouble, entity: CrmEntity, id: number, text: string): void {
  if (entity === 'deal') double.editLead(id, { name: text })
  else if (entity === 'contact') double.editContact(id, { name: text })
  else if (entity === 'task') double.editTask(id, { text })
  else throw new Error('The notes of the double are not changed by hand.')
}

function remove(double: AmocrmDouble, entity: CrmEntity, id: number): void {
  if (entity === 'deal') double.deleteLead(id)
  else if (entity === 'contact') double.deleteContact(id)
  else if (entity === 'task') double.deleteTask(id)
  else throw new Error('The notes of the double are not deleted by hand.')
}
