"""What ties an application to others of the same client, as kinds of events: links, splits, and proposals of either."""

from schemas.links import LinkNoted
from schemas.proposals import ProposalAnswered, Proposed
from schemas.splitting import CameBySplit, PersonsMoved, SplitRefused

Tie = LinkNoted | PersonsMoved | SplitRefused | CameBySplit | Proposed | ProposalAnswered
