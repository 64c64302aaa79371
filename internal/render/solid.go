package render

// ray is a line of sight: p = from + t*dir, t > 0.
type ray struct{ from, dir vec }

// none is a distance farther than anything.
const none fix = 1 << 40

// ball is an ellipsoid. Its methods compute in the space in which it is
// the unit ball around the origin; per is one over each half axis.
type ball struct{ mid, size, per vec }

func newBall(mid, size vec) ball {
	return ball{mid, size, vec{div(one, size.x), div(one, size.y), div(one, size.z)}}
}

// nearest is the distance along r at which it comes closest to the middle,
// the point there, and the square of r's speed, all in the ball's space.
func (b *ball) nearest(r *ray) (t fix, m vec, speed fix) {
	d := r.dir.times(b.per)
	q := r.from.sub(b.mid).times(b.per)
	speed = d.dot(d)
	t = -div(q.dot(d), speed)
	return t, q.along(d, t), speed
}

// cut is where r enters and leaves b; ok is false if it misses. It starts
// from the closest approach, because the usual discriminant is the small
// difference of two large numbers.
func (b *ball) cut(r *ray) (in, out fix, ok bool) {
	t, m, speed := b.nearest(r)
	left := one - m.dot(m)
	if left <= 0 {
		return 0, 0, false
	}
	s := sqrt(div(left, speed))
	return t - s, t + s, true
}

// hidden reports whether r, with dir.z = 1, certainly does not meet b before best: b begins
// farther away, or r passes it on one side. So most balls need no exact
// computation.
func (b *ball) hidden(r *ray, best fix) bool {
	x := r.from.x + mul(r.dir.x, b.mid.z) - b.mid.x
	reach := b.size.x + mul(max(r.dir.x, -r.dir.x), b.size.z) + mil(10)
	return b.mid.z-b.size.z > best || x > reach || x < -reach
}

// normal is the outward unit normal at p on b.
func (b *ball) normal(p vec) vec {
	return p.sub(b.mid).times(b.per).times(b.per).unit()
}

// shadow is how much of a round lamp in direction l, as wide as soft says,
// is seen from p past b: 1 all of it, 0 nothing.
func (b *ball) shadow(p, l vec, soft fix) fix {
	t, m, speed := b.nearest(&ray{p, l})
	if t <= 0 {
		return one
	}
	edge := max(mul(mul(soft, t), sqrt(speed)), mil(10))
	return step(one-edge, one+edge, sqrt(m.dot(m)))
}

// nearby is how much of the sky b hides from p with normal n: ambient
// occlusion, falling with the square of the distance.
func (b *ball) nearby(p, n vec) fix {
	q := b.mid.sub(p)
	d2 := q.dot(q)
	facing := n.dot(q) + sqrt(d2)/4
	if facing <= 0 {
		return 0
	}
	r2 := mul(b.size.x, b.size.y)
	return min(mul(div(facing, sqrt(d2)), div(r2, max(d2, r2))), one) * 4 / 5
}
