import type { Entity, Field } from './account.ts'
import { fieldTypes } from './field-values.ts'
import { checkQuery, filtered, page, type Reply } from './pages.ts'
import { fault, noChoice, problem, refuse } from './refusal.ts'
import type { Call, Route } from './route.ts'
import { newField, readBatch } from './schemas.ts'
import { self, showField, showPipeline, showUser } from './show.ts'

/** What an account has to choose from. */
export const listRoutes: Route[] = [
  { method: 'GET', path: /^account$/, answer: readAccount },
  { method: 'GET', path: /^leads\/pipelines$/, answer: listPipelines },
  { method: 'GET', path: /^users$/, answer: listUsers },
  { method: 'GET', path: /^(leads|contacts)\/custom_fields$/, answer: listFields },
  { method: 'POST', path: /^(leads|contacts)\/custom_fields$/, answer: makeFields },
  { method: 'GET', path: /^(leads|contacts)\/custom_fields\/(\d+)$/, answer: readField },
  { method: 'GET', path: /^(leads|contacts)\/tags$/, answer: listTags },
]

const parts = [
  'amojo_id',
  'amojo_rights',
  'users_groups',
  'task_types',
  'version',
  'entity_names',
  'datetime_settings',
  'drive_url',
  'is_api_filter_enabled',
]

function readAccount({ account, query, by }: Call): Reply {
  checkQuery(query, { with: parts })
  const wanted = (query.get('with') ?? '').split(',')
  const body = {
    id: account.id,
    name: account.name,
    subdomain: account.subdomain,
    created_at: 1_577_836_800,
    created_by: 0,
    updated_at: 1_577_836_800,
    updated_by: 0,
    current_user_id: by,
    country: 'RU',
    currency: 'RUB',
    currency_symbol: '₽',
    customers_mode: 'disabled',
    is_unsorted_on: true,
    mobile_feature_version: 0,
    is_loss_reason_enabled: false,
    is_helpbot_enabled: false,
    is_technical_account: false,
    contact_name_display_order: 1,
    ...(wanted.includes('is_api_filter_enabled') && { is_api_filter_enabled: account.filters }),
    _links: self(account, 'account'),
    ...(wanted.includes('datetime_settings') && {
      _embedded: {
        datetime_settings: {
          date_pattern: 'd.m.Y H:i',
          short_date_pattern: 'd.m.Y',
          short_time_pattern: 'H:i',
          timezone: account.timezone,
        },
      },
    }),
  }
  return { status: 200, body }
}

function listPipelines({ account, query }: Call): Reply {
  checkQuery(query, {})
  const pipelines = account.pipelines.map((pipeline) => showPipeline(account, pipeline))
  return {
    status: 200,
    body: { _total_items: pipelines.length, _links: self(account, 'leads/pipelines'), _embedded: { pipelines } },
  }
}

function listUsers({ account, query }: Call): Reply {
  checkQuery(query, { orders: [], with: ['role', 'group', 'uuid', 'amojo_id', 'user_rank', 'phone_number'] })
  const address = `${account.url}/api/v4/users`
  return page(query, 'users', address, account.users, { id: ({ id }) => id }, (user) => showUser(account, user))
}

function listFields({ account, query, params: [name = ''] }: Call): Reply {
  checkQuery(query, { orders: ['sort', 'id'], further: ['filter[type]'] })
  const entity = name as Entity
  const fields = [...account.fields[entity].values()]
  const by = { id: ({ id }: Field) => id, sort: ({ sort }: Field) => sort }
  return page(query, 'custom_fields', `${account.url}/api/v4/${entity}/custom_fields`, fields, by, (field) =>
    showField(account, entity, field),
  )
}

function readField({ account, query, params: [entity = '', id] }: Call): Reply {
  checkQuery(query, {})
  const field = account.fields[entity as Entity].get(Number(id))
  return field === undefined ? { status: 204 } : { status: 200, body: showField(account, entity as Entity, field) }
}

function makeFields({ account, json, query, params: [name = ''] }: Call): Reply {
  checkQuery(query, {})
  const entity = name as Entity
  const known = account.fields[entity]
  const bodies = readBatch(newField, json, 250)
  refuse(bodies, ({ type, code, enums }) => [
    ...(fieldTypes.includes(type) ? [] : [noChoice('type')]),
    ...([...known.values()].some((field) => code !== undefined && field.code === code)
      ? [fault('code', 'A field with this code is there already.', 'NotUnique')]
      : []),
    ...(enums && !['select', 'multiselect', 'radiobutton'].includes(type)
      ? [fault('enums', 'This type has none.')]
      : []),
  ])
  const made = bodies.map((body): Field => {
    const enums = body.enums?.map((one) => ({ id: account.nextId(), ...one })) ?? null
    const { name: title, type, code = null, sort = 500 } = body
    return { id: account.nextId(), name: title, type, code, sort, isPredefined: false, enums }
  })
  for (const field of made) known.set(field.id, field)
  const shown = made.map((field, index) => ({
    ...(showField(account, entity, field) as object),
    request_id: bodies[index]!.request_id ?? String(index),
  }))
  return { status: 201, body: { _total_items: shown.length, _embedded: { custom_fields: shown } } }
}

function listTags({ account, query, params: [name = ''] }: Call): Reply {
  checkQuery(query, { orders: [], further: ['query', 'filter'] })
  const { names, ids } = account.tags[name as Entity]
  const wanted = query.get('filter[name]')
  if (filtered(query, 'id') !== undefined) throw problem(400, 'filter[id] of tags is not played here.')
  const found = wanted === null ? [...names.keys()] : [ids.get(wanted.toLowerCase()) ?? 0].filter(Boolean)
  return page(query, 'tags', `${account.url}/api/v4/${name}/tags`, found, { id: (id) => id }, (id) => ({
    id,
    name: names.get(id),
    color: null,
  }))
}
