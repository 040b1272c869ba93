import type { mappingOf } from './made-up-sides.ts'

/** A mapping with one fault, and what is said of it. */
export type RefusedMapping = [what: string, mapping: Parameters<typeof mappingOf>[0], path: string, message: RegExp]

/** By the sides of check-mapping.test.ts. */
export const refusedMappings: RefusedMapping[] = [
  [
    'a field whose key stands for the labels',
    { contact: [['attributes.city', 'tags']] },
    'mapping.contact[0].theirs',
    /"tags" stands for labels/,
  ],
  [
    'a field that is not there',
    {
      deal: [
        ['name', 'name'],
        ['budget', 'bugdet'],
      ],
    },
    'mapping.deal[1].theirs',
    /no field of the key "bugdet"; did you mean "budget"\?/,
  ],
  [
    'a field called by its title',
    { contact: [['attributes.city', 'City']] },
    'mapping.contact[0].theirs',
    /did you mean "501" \(City\)\?/,
  ],
  [
    'a field of the contact in a deal',
    { deal: [['name', '501']] },
    'mapping.deal[0].theirs',
    /a deal there has no field of the key "501"/,
  ],
  [
    'an attribute that we do not have',
    { contact: [['attributes.citty', '501']] },
    'mapping.contact[0].ours',
    /no attribute "citty"; did you mean "city"\?/,
  ],
  [
    'a field that we do not have',
    { contact: [['firstname', 'first_name']] },
    'mapping.contact[0].ours',
    /a contact has no field "firstname"; did you mean "first_name"\?/,
  ],
  [
    'an attribute in a deal',
    { deal: [['attributes.city', '602']] },
    'mapping.deal[0].ours',
    /a deal has no field "attributes.city"; expected one of name, budget.*variables.NAME/,
  ],
  [
    'a variable that can be none',
    { deal: [['variables.a b', '602']] },
    'mapping.deal[0].ours',
    /"variables.a b" names no variable/,
  ],
  [
    'a field that can only be read',
    { contact: [['attributes.birthday', '506', 'push']] },
    'mapping.contact[0].theirs',
    /"Seen" \(506\) can only be read there; choose the direction pull/,
  ],
  [
    'a text in a number',
    { contact: [['attributes.city', '502']] },
    'mapping.contact[0].theirs',
    /"Age" \(502\) is a number there, in which a text cannot be kept/,
  ],
  [
    'a number taken from a text',
    { contact: [['attributes.age', '501']] },
    'mapping.contact[0].theirs',
    /attributes.age is a number here, in which a text cannot be kept; choose the direction push/,
  ],
  [
    'yes and no in a date',
    { contact: [['attributes.vip', '507']] },
    'mapping.contact[0].theirs',
    /is a date there, in which a yes or no/,
  ],
  [
    'several choices in one',
    { contact: [['attributes.extras', '503', 'push']] },
    'mapping.contact[0].theirs',
    /is a choice there, in which a choice of several/,
  ],
  [
    'choices whose titles are missing there',
    { contact: [['attributes.color', '503', 'push']] },
    'mapping.contact[0].theirs',
    /"Colour" \(503\) has no choice "Pink" there; add it there/,
  ],
  [
    'choices whose titles are missing here',
    { contact: [['attributes.color', '504']] },
    'mapping.contact[0].theirs',
    /attributes.color has no choice "Gold" here/,
  ],
  [
    'an unknown kind of a phone',
    { contact: [['attributes.mobile', 'phone:MOBILE']] },
    'mapping.contact[0].theirs',
    /"phone" has no kind "MOBILE"; expected one of WORK, MOB/,
  ],
  [
    'a kind of a field that has none',
    { contact: [['attributes.city', '501:WORK']] },
    'mapping.contact[0].theirs',
    /the values of "501" have no kinds there/,
  ],
  [
    'a field mapped twice',
    {
      contact: [
        ['first_name', '501', 'push'],
        ['attributes.city', '501', 'push'],
      ],
    },
    'mapping.contact[1].theirs',
    /"501" is mapped twice/,
  ],
  [
    'a field of ours taken from two',
    {
      contact: [
        ['attributes.city', '501'],
        ['attributes.city', 'first_name', 'pull'],
      ],
    },
    'mapping.contact[1].ours',
    /would be taken from two fields/,
  ],
  [
    'what follows from others here',
    { deal: [['number', '602']] },
    'mapping.deal[0].theirs',
    /number follows from other things here and can only be sent; choose the direction push/,
  ],
  ['the stage in a text both ways', { deal: [['stage', '602']] }, 'mapping.deal[0].theirs', /can only be sent/],
  [
    'another value as their stage',
    { deal: [['status', 'stage', 'push']] },
    'mapping.deal[0].theirs',
    /"stage" there is kept by "stage" of ours only/,
  ],
  [
    'another value as whoever is responsible',
    { contact: [['attributes.city', 'responsible']] },
    'mapping.contact[0].theirs',
    /kept by "responsible" of ours only/,
  ],
  [
    'a spot that we do not have',
    { pipelines: [{ spot: 'Moskow', pipeline: 'Sales', theirs: '7', stages: [] }] },
    'mapping.pipelines[0].spot',
    /"Moskow"; did you mean "Moscow"\?/,
  ],
  [
    'a pipeline that we do not have',
    { pipelines: [{ spot: 'Moscow', pipeline: 'Parts', theirs: '7', stages: [] }] },
    'mapping.pipelines[0].pipeline',
    /no pipeline "Parts"; expected one of "Sales", "Service"/,
  ],
  [
    'a stage that we do not have',
    { pipelines: [{ spot: 'Moscow', pipeline: 'Sales', theirs: '7', stages: [{ stage: 'Talk', theirs: '71' }] }] },
    'mapping.pipelines[0].stages[0].stage',
    /no stage "Talk"; did you mean "Talks"\?/,
  ],
  [
    'a stage mapped twice',
    {
      pipelines: [
        {
          spot: 'Moscow',
          pipeline: 'Sales',
          theirs: '7',
          stages: [
            { stage: 'Won', theirs: '71' },
            { stage: 'Won', theirs: '72' },
          ],
        },
      ],
    },
    'mapping.pipelines[0].stages[1].stage',
    /"Won" is mapped twice/,
  ],
  [
    'a pipeline mapped twice',
    {
      pipelines: [
        { spot: 'Moscow', pipeline: 'Sales', theirs: '7', stages: [] },
        { spot: 'Moscow', pipeline: 'Sales', theirs: '7', stages: [] },
      ],
    },
    'mapping.pipelines[1].pipeline',
    /"Sales" is mapped twice/,
  ],
  [
    'a pipeline called by its name there',
    { pipelines: [{ spot: 'Moscow', pipeline: 'Sales', theirs: 'Sales', stages: [] }] },
    'mapping.pipelines[0].theirs',
    /no pipeline of the id "Sales"; did you mean "7" \(sales\)\?/,
  ],
  [
    'a stage that is not in their pipeline',
    { pipelines: [{ spot: 'Moscow', pipeline: 'Sales', theirs: '7', stages: [{ stage: 'Won', theirs: '99' }] }] },
    'mapping.pipelines[0].stages[0].theirs',
    /"99"; expected one of 71 \(Incoming\), 72 \(Talks\)/,
  ],
  [
    'an operator that we do not have',
    { users: [{ operator: 'ivan@exmple.com', user: 'u1' }] },
    'mapping.users[0].operator',
    /no operator "ivan@exmple.com"; did you mean "ivan@example.com"\?/,
  ],
  [
    'an operator mapped twice',
    {
      users: [
        { operator: 'Ivan', user: 'u1' },
        { operator: 'ivan@example.com', user: 'u2' },
      ],
    },
    'mapping.users[1].operator',
    /is mapped twice/,
  ],
  [
    'a user who is not there',
    { users: [{ operator: 'Ivan', user: 'u9' }] },
    'mapping.users[0].user',
    /no user "u9"; did you mean "u1"\?/,
  ],
  [
    'a user called by name',
    { users: [{ operator: 'Ivan', user: 'peter seller' }] },
    'mapping.users[0].user',
    /did you mean "u2"/,
  ],
]
