import { z } from 'zod'
import type { MadeGroup } from '../../conversations/abilities.ts'
import { parseMarkup } from '../../conversations/deliver/markup.ts'
import { cutText } from '../../platform/cut-text.ts'
import { call, defineBlock, next } from '../block.ts'
import { channelFault, operatorFault, stageFaults } from './project-faults.ts'

const channelName = z.string().min(1).max(64)
const placeName = z.string().min(1).max(200)

const optionsSchema = z.strictObject({
  creator: channelName.describe('The channel whose account makes the group and invites the others.'),
  name: z
    .string()
    .min(1)
    .max(500)
    .describe('What the group is called, with placeholders; `{{ contact.responsible }}` is the name of the operator.'),
  description: z.string().max(2000).optional().describe('With placeholders.'),
  picture: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'expected the SHA-256 of a kept file (`POST /files`), in hex')
    .optional()
    .describe('A kept file.'),
  bots: z
    .array(channelName)
    .max(10)
    .default([])
    .describe('Channels whose bots are brought in; the first one that comes in speaks there.'),
  managers: z
    .array(z.string().min(1).max(320))
    .max(20)
    .default([])
    .describe('E-mails of operators to be invited, or `responsible`. They need an account that is linked.'),
  client: z.boolean().default(true).describe('Whether the contact is invited.'),
  spot: placeName.optional().describe('Where the deal is made when the run has none; nothing is made without.'),
  pipeline: placeName.optional().describe("The pipeline of the deal; the spot's first one when absent."),
  stage: placeName.optional().describe('The stage to which the deal moves once there is a group.'),
  invitation: z
    .string()
    .max(4000)
    .default('{{ run.group_title }}: {{ run.group_link }}')
    .describe(
      'What the client who could not be brought in is told, in Markdown with placeholders: `{{ run.group_link }}` leads in. It goes by the channel in which they are reached best.',
    ),
})

export const createGroup = defineBlock({
  type: 'create-group',
  summary:
    'Makes a group with the client, managers and bots; a client who cannot be brought in gets a link. `run.group_title` and `run.group_link` tell of it.',
  kind: 'action',
  options: optionsSchema,
  outputs: () => ['made', 'without_client', 'failed'],
  needs: ['planGroup', 'openGroup', 'invite', 'responsibleName', 'setVariables', 'createDeal', 'moveDeal'],
  example: {
    creator: 'Account',
    name: '{{ contact.first_name }} {{ contact.last_name }}, {{ contact.responsible }}',
    description: 'Your car: {{ run.model }}',
    bots: ['Bot'],
    managers: ['responsible'],
    spot: 'Showroom',
    stage: 'Qualified',
  },
  templates: ({ name, description, invitation }): Record<string, string> => ({
    name,
    invitation,
    ...(description !== undefined && { description }),
  }),
  check: ({ creator, bots, managers, spot, pipeline, stage }, lookup) => [
    ...channelFault('creator', creator, lookup, 'createsGroups'),
    ...bots.flatMap((bot, index) => channelFault(`bots[${index}]`, bot, lookup)),
    ...managers.flatMap((email, index) =>
      email === 'responsible' ? [] : operatorFault(`managers[${index}]`, email, lookup),
    ),
    ...stageFaults({ spot, pipeline, stage }, lookup),
  ],
  async execute({ options, render, scope, act }) {
    const { creator, bots, managers, client, picture } = options
    const more = { contact: { ...scope.contact, responsible: await act.responsibleName() } }
    const title = cutText(render(options.name, more).replaceAll(/\s+/g, ' ').trim(), 128)
    const description = options.description === undefined ? '' : cutText(render(options.description, more).trim(), 255)
    const { channelId, request } = await act.planGroup({
      creator,
      bots,
      managers,
      withClient: client,
      title: title === '' ? 'Group' : title,
      ...(description !== '' && { description }),
      ...(picture !== undefined && { picture }),
    })
    const place = client ? request.people.length - 1 : null
    return call('group', { channelId, request }, { place })
  },
  async resume({ options, render, renderMarkup, scope, act }, resumption, { place }) {
    if (resumption.because !== 'result' || !resumption.result.ok) return next('failed')
    const made = resumption.result.value as MadeGroup
    const { creator, bots, spot, pipeline, stage } = options
    if (spot !== undefined && Object.keys(scope.deal).length === 0) {
      await act.createDeal({ spot, pipeline, stage, name: made.title, variables: {} })
    } else if (stage !== undefined && Object.keys(scope.deal).length > 0) {
      await act.moveDeal({ pipeline, stage })
    }
    await act.openGroup({ creator, bots, made })
    const told = { group_title: made.title, group_link: made.link ?? '' }
    await act.setVariables(told)
    const client = typeof place === 'number' ? made.people[place] : undefined
    if (!client || client.added) return next('made')
    const more = { run: { ...scope.run, ...told } }
    if (made.link !== undefined && render(options.invitation, more).trim() !== '') {
      await act.invite(parseMarkup(renderMarkup(options.invitation, more)), client.unreachable && creator)
    }
    return next('without_client')
  },
})
