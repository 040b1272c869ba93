import { type Account, alive, lost, robot, type Task } from './account.ts'
import { taskEvent } from './hook-fields.ts'
import { linkContact } from './items.ts'
import { checkQuery, filtered, page, type Reply, withinFilter } from './pages.ts'
import { type FieldFault, fault, noChoice, notThere, problem, refuse } from './refusal.ts'
import type { Call, Route } from './route.ts'
import { changedTask, type NewTaskBody, newLink, newTask, readBatch, readOne, type TaskBody } from './schemas.ts'
import { self, showTask } from './show.ts'

/** Tasks (crm_platform/tasks-api) and links between deals and contacts (crm_platform/entity-links-api). */
export const taskRoutes: Route[] = [
  { method: 'GET', path: /^tasks$/, answer: list },
  { method: 'POST', path: /^tasks$/, answer: make },
  { method: 'PATCH', path: /^tasks$/, answer: changeMany },
  { method: 'GET', path: /^tasks\/(\d+)$/, answer: one },
  { method: 'PATCH', path: /^tasks\/(\d+)$/, answer: changeOne },
  { method: 'POST', path: /^(leads|contacts)\/(\d+)\/link$/, answer: link },
  { method: 'POST', path: /^(leads|contacts)\/(\d+)\/unlink$/, answer: unlink },
  { method: 'GET', path: /^(leads|contacts)\/(\d+)\/links$/, answer: listLinks },
]

/** Writes a task, or changes one, and tells the webhooks. */
export function writeTask(account: Account, body: NewTaskBody | TaskBody, by: number, current?: Task): Task {
  const at = account.now()
  const task: Task = current ?? {
    id: account.nextId(),
    text: '',
    completeTill: 0,
    entity: null,
    entityId: null,
    done: false,
    typeId: 1,
    duration: 0,
    result: undefined,
    responsible: robot,
    createdBy: body.created_by ?? by,
    createdAt: body.created_at ?? at,
    updatedAt: at,
  }
  const before = JSON.stringify(task)
  const { responsible } = task
  task.text = body.text ?? task.text
  task.completeTill = body.complete_till ?? task.completeTill
  task.entity = body.entity_type ?? task.entity
  task.entityId = body.entity_id ?? task.entityId
  task.done = body.is_completed ?? task.done
  task.typeId = body.task_type_id ?? task.typeId
  task.duration = body.duration ?? task.duration
  task.result = body.result?.text ?? task.result
  task.responsible = body.responsible_user_id ?? task.responsible
  if (current === undefined) {
    account.tasks.set(task.id, task)
    const key = `${task.entity}:${task.entityId}`
    account.tasksOn.set(key, [...(account.tasksOn.get(key) ?? []), task.id])
    account.tell(taskEvent(account, 'add', task))
  } else if (JSON.stringify(task) !== before) {
    task.updatedAt = at
    account.tell(taskEvent(account, 'update', task))
    if (task.responsible !== responsible)
      account.tell(taskEvent(account, 'responsible', task, { old_responsible_user_id: responsible }))
  }
  return task
}

function checkTask(account: Account, body: TaskBody): FieldFault[] {
  const { entity_type: entity, entity_id: id, responsible_user_id: responsible } = body
  const faults: FieldFault[] = []
  if ((entity === undefined) !== (id === undefined))
    faults.push(fault('entity_id', 'entity_id and entity_type go together.', 'FieldMissing'))
  else if (entity !== undefined && alive(account, entity, id!) === undefined) faults.push(notThere('entity_id'))
  if (responsible !== undefined && !account.users.some((user) => user.id === responsible))
    faults.push(noChoice('responsible_user_id'))
  if (body.task_type_id !== undefined && body.task_type_id > 2 && body.task_type_id < lost)
    faults.push(noChoice('task_type_id'))
  return faults
}

function list({ account, query }: Call): Reply {
  checkQuery(query, { orders: ['created_at', 'complete_till', 'id'], further: ['filter'] })
  const [named, types, people] = ['id', 'task_type', 'responsible_user_id'].map((name) => filtered(query, name))
  const done = filtered(query, 'is_completed')?.[0]
  const entity = filtered(query, 'entity_type')?.[0]
  const on = filtered(query, 'entity_id')
  if (on !== undefined && entity === undefined) throw problem(400, 'filter[entity_id] needs filter[entity_type].')
  const all =
    on === undefined
      ? [...account.tasks.values()].filter((task) => entity === undefined || task.entity === entity)
      : on.flatMap((id) => account.tasksOn.get(`${entity}:${id}`) ?? []).map((id) => account.tasks.get(id)!)
  const found = all.filter(
    (task) =>
      (named === undefined || named.includes(String(task.id))) &&
      (types === undefined || types.includes(String(task.typeId))) &&
      (people === undefined || people.includes(String(task.responsible))) &&
      (done === undefined || (done === '1') === task.done) &&
      withinFilter(query, 'updated_at', task.updatedAt),
  )
  const by = {
    id: (task: Task) => task.id,
    created_at: (task: Task) => task.createdAt,
    complete_till: (task: Task) => task.completeTill,
  }
  return page(query, 'tasks', `${account.url}/api/v4/tasks`, found, by, (task) => showTask(account, task))
}

function one({ account, query, params: [id] }: Call): Reply {
  checkQuery(query, {})
  const task = account.tasks.get(Number(id))
  return task === undefined ? { status: 204 } : { status: 200, body: showTask(account, task) }
}

function make({ account, by, json, query }: Call): Reply {
  checkQuery(query, {})
  const bodies = readBatch(newTask, json, 250)
  refuse(bodies, (body) => checkTask(account, body))
  const tasks = bodies.map((body, index) => {
    const { id } = writeTask(account, body, by)
    return { id, request_id: body.request_id ?? String(index), _links: self(account, `tasks/${id}`) }
  })
  return { status: 200, body: { _links: self(account, 'tasks'), _embedded: { tasks } } }
}

function changeMany({ account, by, json, query }: Call): Reply {
  checkQuery(query, {})
  const bodies = readBatch(changedTask, json, 250)
  refuse(bodies, (body) => (account.tasks.has(body.id ?? 0) ? checkTask(account, body) : [notThere('id')]))
  const tasks = bodies.map((body, index) => {
    const task = writeTask(account, body, by, account.tasks.get(body.id!))
    return changed(account, task, body.request_id ?? String(index))
  })
  return { status: 200, body: { _links: self(account, 'tasks'), _embedded: { tasks } } }
}

function changeOne({ account, by, json, query, params: [id] }: Call): Reply {
  checkQuery(query, {})
  const current = account.tasks.get(Number(id))
  if (current === undefined) throw problem(404, 'Entity not found', false)
  const body = readOne(changedTask, json)
  refuse([body], () => checkTask(account, body))
  return { status: 200, body: changed(account, writeTask(account, body, by, current), body.request_id ?? '0') }
}

function changed(account: Account, { id, updatedAt }: Task, request_id: string): unknown {
  return { id, updated_at: updatedAt, request_id, _links: self(account, `tasks/${id}`) }
}

function link({ account, json, query, params: [entity = '', id = ''] }: Call): Reply {
  checkQuery(query, {})
  const bodies = readBatch(newLink, json, 250)
  if (alive(account, entity, Number(id)) === undefined) throw problem(404, 'Entity not found', false)
  refuse(
    bodies.map((body) => ({ ...body, request_id: undefined })),
    (body) =>
      body.to_entity_type === entity
        ? [noChoice('to_entity_type')]
        : alive(account, body.to_entity_type, body.to_entity_id) === undefined
          ? [notThere('to_entity_id')]
          : [],
  )
  const links = bodies.map(({ to_entity_id: to, to_entity_type: type, metadata }) => {
    const [leadId, contactId] = entity === 'leads' ? [Number(id), to] : [to, Number(id)]
    linkContact(account, account.leads.get(leadId)!, contactId, metadata?.is_main ?? metadata?.main_contact ?? false)
    return shownLink(account, entity, Number(id), type, to)
  })
  return {
    status: 200,
    body: { _total_items: links.length, _links: self(account, `${entity}/${id}/links`), _embedded: { links } },
  }
}

function unlink({ account, json, params: [entity = '', id = ''] }: Call): Reply {
  for (const { to_entity_id: to } of readBatch(newLink, json, 250)) {
    const [leadId, contactId] = entity === 'leads' ? [Number(id), to] : [to, Number(id)]
    const lead = account.leads.get(leadId)
    if (lead !== undefined) lead.contacts = lead.contacts.filter((one) => one !== contactId)
    account.contacts.get(contactId)?.leads.delete(leadId)
  }
  return { status: 204 }
}

function listLinks({ account, query, params: [entity = '', id = ''] }: Call): Reply {
  checkQuery(query, { further: ['filter'] })
  const to = entity === 'leads' ? 'contacts' : 'leads'
  const ids =
    entity === 'leads' ? account.leads.get(Number(id))?.contacts : [...(account.contacts.get(Number(id))?.leads ?? [])]
  const links = (ids ?? []).map((one) => shownLink(account, entity, Number(id), to, one))
  return {
    status: 200,
    body: { _total_items: links.length, _links: self(account, `${entity}/${id}/links`), _embedded: { links } },
  }
}

function shownLink(account: Account, entity: string, id: number, type: string, to: number): unknown {
  const leadId = entity === 'leads' ? id : to
  const contactId = entity === 'leads' ? to : id
  const main = account.leads.get(leadId)?.contacts[0] === contactId
  return {
    entity_id: id,
    entity_type: entity,
    to_entity_id: to,
    to_entity_type: type,
    metadata: { main_contact: main },
  }
}
