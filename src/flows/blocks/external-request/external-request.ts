import { mapResponse } from '../../../platform/http-request/map-response.ts'
import type { HttpResult } from '../../../platform/http-request/perform-request.ts'
import { prepareRequest } from '../../../platform/http-request/prepare-request.ts'
import { call, defineBlock, fail, next, type StepContext } from '../../block.ts'
import { saveNeeds, saveValues, targetFault } from '../target.ts'
import { templatesIn } from '../templates-in.ts'
import { type RequestOptions, requestOptionsSchema } from './request-options.ts'

type Context = StepContext<RequestOptions, (typeof saveNeeds)[number]>

export const externalRequest = defineBlock({
  type: 'external-request',
  summary: 'Calls an address outside and keeps what it answers.',
  kind: 'action',
  options: requestOptionsSchema,
  outputs: ({ statusOutputs }) => ['ok', ...statusOutputs, 'error'],
  needs: saveNeeds,
  example: {
    method: 'POST',
    url: '{{ project.shop_api }}/cars/search',
    description: 'Looks up a car in the stock',
    headers: { Authorization: 'Bearer {{ project.shop_key }}' },
    body: { type: 'json', value: { model: '{{ run.model }}', maxPrice: '{{ run.budget | default: 0 }}' } },
    timeoutSeconds: 10,
    retries: 2,
    mapping: [
      { from: 'status', to: 'run.status' },
      { from: '$.cars[0].name', to: 'contact.favourite_car', fallback: 'nothing in stock' },
      { from: '$.cars[0].price', to: 'run.price', fallback: 0 },
    ],
    statusOutputs: ['404'],
  },
  templates: ({ url, query, headers, body, mapping }) => ({
    ...templatesIn({ url, query, headers, body: withoutType(body) }, ''),
    ...templatesIn(
      mapping.map(({ fallback }) => ({ fallback })),
      'mapping',
    ),
  }),
  check: ({ mapping }, lookup) =>
    mapping.flatMap(({ to }, index) => {
      const fault = targetFault(to, lookup)
      return fault ? [{ path: `mapping[${index}].to`, message: fault }] : []
    }),
  execute: (context) => call('http', prepareRequest(context.options, context)),
  async resume(context, resumption) {
    if (resumption.because !== 'result') return fail('The request was given up')
    const { result } = resumption
    const response = result.ok ? (result.value as HttpResult) : undefined
    await saveMapped(context, response)
    if (!response) return fail(result.ok ? 'There was no answer' : result.error)
    return leaveBy(context.options, response.status)
  },
})

async function saveMapped({ options, renderJson, act }: Context, response: HttpResult | undefined): Promise<void> {
  const mapped = mapResponse(options.mapping, response, renderJson)
  await saveValues(act, new Map(mapped.flatMap((item) => ('value' in item ? [[item.to, item.value]] : []))))
}

function leaveBy({ statusOutputs }: RequestOptions, status: number) {
  const output = [String(status), `${String(status)[0]}xx`].find((name) => statusOutputs.includes(name))
  if (output) return next(output)
  return status >= 200 && status < 300 ? next('ok') : fail(`The answer had the status ${status}`)
}

function withoutType(body: RequestOptions['body']): Record<string, unknown> | undefined {
  if (!body) return undefined
  const { type: _, ...rest } = body
  return rest
}
