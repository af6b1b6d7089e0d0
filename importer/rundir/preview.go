// What an import would do to records that exist, before the first write.

package rundir

import (
	"context"
	"errors"
	"fmt"

	"github.com/hubload/hubload/importer"
	"github.com/hubload/hubload/importer/rows"
	"github.com/hubload/hubload/mapping"
)

// preview compares the rows of an input with the records that have their keys.
func (o *Options) preview(ctx context.Context, conn *connection, m *mapping.Mapping, config rows.Config, src rows.Source) (importer.Previewed, error) {
	p := importer.Preview{
		Source: src, Rows: config, API: conn.Account, Limiter: conn.limiter,
		Mode: m.Mode, WriteAll: m.WriteAll, Workers: o.Workers, Logger: o.Logger,
	}
	if o.WaitDaily {
		p.DailyReset = conn.dailyReset
	}
	return p.Run(ctx)
}

// guardChanges stops a run whose input would change more records than it may.
func (s *session) guardChanges(ctx context.Context, config rows.Config) error {
	limit := s.MaxChanged
	if limit == (importer.Threshold{}) || s.mapping.Mode == mapping.Create {
		return nil
	}
	src, err := s.source()
	if err != nil {
		return err
	}
	defer src.Close()
	s.note("comparing the file with the account before the first write, as few records may be changed: a request for each hundred rows")
	p, err := s.preview(ctx, s.conn, s.mapping, config, src)
	if err != nil {
		return err
	}
	if !limit.Exceeds(p.Updated, p.Rows) {
		return nil
	}
	allowed := fmt.Sprintf("%d", limit.Rows)
	if limit.Percent > 0 {
		allowed = fmt.Sprintf("%g%% of the rows", limit.Percent)
	}
	return &importer.StoppedError{Changes: true, Message: fmt.Sprintf("%d of %d rows would change the record that they name, and only %s may; nothing was written", p.Updated, p.Rows, allowed)}
}

// compare adds to a check what an import would find in the account. A token that can't
// read records is no reason to fail: the check has said what it could.
func (c *checking) compare(ctx context.Context) error {
	o, key := c.o, c.Mapping.KeyProperty()
	if key == "" || o.Connect == nil || o.Sandbox || c.Known.Source != FromAccount {
		return nil
	}
	conn, err := o.connectReadOnly(ctx, o.endpoint(c.Mapping.Object, key))
	if e, ok := errors.AsType[*Error](err); ok && e.Reason == KeyMissing && o.CreateKey {
		return nil // no record has a key yet
	}
	if err != nil {
		return err
	}
	defer conn.close()
	src, err := c.open()
	if err != nil {
		return err
	}
	defer src.Close()
	p, err := o.preview(ctx, conn, c.Mapping, c.config, src)
	if lacks(err) {
		o.note("the rows can't be compared with the account's records: %v", err)
		return nil
	}
	if err == nil {
		c.Preview = &p
	}
	return err
}

// connectReadOnly is connect for what only reads.
func (o *Options) connectReadOnly(ctx context.Context, e Endpoint) (*connection, error) {
	conn, err := o.dial(ctx, e)
	if err != nil {
		return nil, err
	}
	conn.tries.most, conn.readOnly = 2, true
	if err := conn.identify(ctx, false); err != nil {
		return nil, err
	}
	conn.limiter = o.limiter(conn)
	conn.limiter.Spent(conn.early)
	return conn, nil
}
